import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAgainstFake } from './run.ts';

const json = (seed: string, ...more: string[]) => ['--suite', 'fuzz', '--grep', '^JSON', '--seconds', '1', '--seed', seed, ...more];

test('a server that refuses what is wrong passes', async () => {
  const { status, out, leftOver } = await runAgainstFake({}, json('7'));
  assert.equal(status, 0, out);
  assert.match(out, /✓ JSON bodies .*\b400 \d+/);
  assert.equal(leftOver, 0);
});

test('an answer of 500 is found, with the bytes that were sent and a command that sends them again', async () => {
  const { status, out } = await runAgainstFake({ fault: 'a bad create answers 500' }, json('7'));
  assert.equal(status, 1);
  const [, sent, seed, path] = /the answer is 500\n +sent: (.*)\n +again: .* --seed (\d+) --replay (\S+)/.exec(out) ?? [];
  assert.ok(sent && seed && path, out);
  const again = await runAgainstFake({ fault: 'a bad create answers 500' }, json(seed, '--replay', path));
  const withoutPort = (text: string) => text.replace(/127\.0\.0\.1:\d+/g, 'here');
  assert.ok(withoutPort(again.out).includes(withoutPort(sent)), again.out);
  assert.equal((await runAgainstFake({}, json(seed, '--replay', path))).status, 0);
});
