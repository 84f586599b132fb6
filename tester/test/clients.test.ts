import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test, type TestContext as NodeTest } from 'node:test';
import { maskedText, readFrame } from '../src/clients/frames.ts';
import { Child } from '../src/os/child.ts';
import { tempFolder } from '../src/os/folder.ts';
import { runAgainstFake } from './run.ts';

/** The part of a test's context that children need; `end` does what the end of the test does. */
function scope() {
  const cleanups: (() => unknown)[] = [];
  const end = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  return { onCleanup: (action: () => unknown) => cleanups.push(action), end };
}

function child(node: NodeTest, script: string) {
  const { onCleanup, end } = scope();
  node.after(end);
  return { child: Child.start({ onCleanup }, process.execPath, ['-e', script]), end };
}

test('a server without browsers is not tested, and nothing is installed for it', async () => {
  const before = existsSync(new URL('../clients/node_modules', import.meta.url));
  const run = await runAgainstFake({ workers: 2 }, ['--suite', 'clients']);
  assert.deepEqual([run.failed, run.status, run.leftOver], [[], 2, 0], run.out);
  assert.equal(existsSync(new URL('../clients/node_modules', import.meta.url)), before);
});

test('a child that fails, is late or is missing says so', async (node) => {
  const failing = child(node, 'console.error("no luck"); process.exit(3)').child;
  await assert.rejects(failing.succeeds(5_000), /status 3\nno luck/);
  const slow = child(node, 'setTimeout(() => {}, 60_000)').child;
  await assert.rejects(slow.succeeds(100), /its end did not come within 100ms/);
  const gone = child(node, '').child;
  await assert.rejects(gone.within(5_000, 'a word', new Promise(() => undefined)), /ended with status 0 before a word/);
  const missing = Child.start(scope(), '/no/such/program', []);
  await assert.rejects(missing.succeeds(5_000), /ENOENT/);
});

test('the end of a test kills what its children have started, and deletes its folders', async (node) => {
  const { child: parent, end } = child(
    node, `console.log(require('node:child_process').spawn('sleep', ['60']).pid); setTimeout(() => {}, 60_000)`,
  );
  await parent.within(5_000, 'a pid', new Promise((resolve) => parent.process.stdout.once('data', resolve)));
  const grandchild = Number(parent.output);
  assert.ok(existsSync(`/proc/${grandchild}`));
  await end();
  while (existsSync(`/proc/${grandchild}`)) await new Promise((resolve) => setTimeout(resolve, 10));
  const own = scope();
  const folder = tempFolder(own);
  assert.ok(existsSync(folder));
  await own.end();
  assert.ok(!existsSync(folder));
});

test('frames are read as they are written, except that a server masks nothing', () => {
  const long = 'x'.repeat(200);
  assert.deepEqual([maskedText('hi').subarray(0, 2), maskedText(long).subarray(0, 4)], [
    Buffer.from([0x81, 0x82]), Buffer.from([0x81, 0xfe, 0, 200]),
  ]);
  const plain = Buffer.concat([Buffer.from([0x81, 126, 0, 200]), Buffer.from(long), Buffer.from('rest')]);
  assert.deepEqual(readFrame(plain), { text: long, length: 204 });
  assert.equal(readFrame(plain.subarray(0, 100)), undefined);
  assert.deepEqual(readFrame(Buffer.from([0x01, 1, 97, 0x80, 1, 98])), { text: 'ab', length: 6 });
  assert.throws(() => readFrame(maskedText('hi')), /masked/);
  assert.throws(() => readFrame(Buffer.from([0x89, 0])), /not text/);
});
