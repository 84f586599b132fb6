import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { FakeOrchestrator } from './fake/orchestrator.ts';
import { runAgainstFake, runWith } from './run.ts';

test('it says what to do when it cannot run, and exits 2', async () => {
  const nobody = await runWith(['--url', 'http://127.0.0.1:1']);
  assert.equal(nobody.status, 2);
  assert.match(nobody.err, /no orchestrator answers at http:\/\/127\.0\.0\.1:1\/.*\n.*--url/);
  assert.equal(nobody.out, '');

  const flag = await runWith(['--frobnicate']);
  assert.deepEqual([flag.status, /--help/.test(flag.err)], [2, true]);

  const grep = await runAgainstFake({}, ['--grep', 'no such line']);
  assert.deepEqual([grep.status, /matches --grep/.test(grep.err)], [2, true]);

  const file = await runAgainstFake({}, ['--grep', 'create', '--json', '/nowhere/at/all.json']);
  assert.deepEqual([file.status, /cannot write/.test(file.err)], [2, true]);
});

test('--help exits 0', async () => {
  const { status, out } = await runWith(['--help']);
  assert.equal(status, 0);
  assert.match(out, /^Usage: tester\/tester/);
});

test('--json and --junit write what was printed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tester-'));
  try {
    const files = ['r.json', 'r.xml'].map((name) => path.join(folder, name)) as [string, string];
    await runAgainstFake({}, ['--grep', 'get|missing', '--json', files[0], '--junit', files[1]]);
    const json = JSON.parse(readFileSync(files[0], 'utf8')) as { passed: number; tests: { name: string }[] };
    assert.deepEqual(json.tests.map(({ name }) => name), ['Get session', '404 on missing session']);
    assert.match(readFileSync(files[1], 'utf8'), /<testsuites tests="2" failures="0"/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an interrupt fails the running test, cleans up after it and exits 130', async () => {
  const fake = await FakeOrchestrator.start();
  try {
    const abort = new AbortController();
    void fake.firstCreate.then(() => abort.abort());
    const run = await runWith(['--url', fake.url, '--grep', 'TTL', '--ttl', '3s'], abort.signal);
    assert.equal(run.status, 130);
    assert.match(run.out, /✗ Session TTL.*\n {4}interrupted/);
    assert.equal(fake.live, 0);
  } finally {
    fake.stop();
  }
});
