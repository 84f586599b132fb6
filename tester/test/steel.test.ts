import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeSteel, type SteelFault } from './fake/steel.ts';
import { runWith, type Run } from './run.ts';

async function runAgainst(fault: SteelFault, grep?: string): Promise<Run & { leftOver: number }> {
  const fake = await FakeSteel.start(fault);
  try {
    const run = await runWith(['--url', fake.url, '--suite', 'steel', '--seed', '7', ...(grep === undefined ? [] : ['--grep', grep])]);
    return { ...run, leftOver: fake.live };
  } finally {
    fake.stop();
  }
}

test('a correct server passes what needs no browser, the rest is skipped, and nothing is left', async () => {
  const run = await runAgainst('none');
  assert.deepEqual([run.failed, run.status, run.leftOver], [[], 0, 0], run.out);
  assert.match(run.out, /✓ 100 creates over a network that breaks.* connections cut \d+/);
  assert.match(run.out, /- computer: .* \(skipped: .*no CDP/);
});

/** For each fault, a test that must fail. */
const expected: [Exclude<SteelFault, 'none'>, RegExp][] = [
  ['release forgets the session', /Release ends a session/],
  ['release of an unknown session answers 200', /unknown session are 404/],
  ['released sessions go on counting', /Release ends a session/],
  ['the list has no end', /for await over the list/],
  ['the list leaves one out', /for await over the list/],
  ['filters are ignored', /filters by status/],
  ['metadata is lost', /has all its fields/],
  ['websocketUrl has no question mark', /can be extended/],
  ['sessionId makes a session each time', /whose answer is lost/],
  ['sessionId is ignored', /sessionId is the id/],
  ['another body is taken for the same', /Another body/],
  ['a conflict may be retried', /Another body/],
  ['unsupported options are taken', /"isSelenium".* is 501/],
  ['bad values are taken', /"timezone".* is 400/],
  ['inactivityTimeout never comes', /left alone/],
];

describe('a broken server fails the right test', { concurrency: 2 }, () => {
  for (const [fault, line] of expected) {
    test(fault, async () => {
      const run = await runAgainst(fault, line.source);
      assert.ok(run.failed.length > 0 && run.failed.every((name) => line.test(name)), run.out);
      assert.equal(run.status, 1);
    });
  }
});
