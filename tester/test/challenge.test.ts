import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAgainstFake } from './run.ts';

const rule = '━'.repeat(28);
const shown = [rule, '🧪 ORCHESTRATOR TEST SUITE', rule, ''];
const firstSix = [
  '✓ Create session',
  '✓ Get session',
  '✓ Delete session',
  '✓ 404 on missing session',
  '✓ Concurrent sessions (10 parallel)',
  '✓ Session TTL expiration (3s)',
];

test('a correct orchestrator passes 7/7, printed as the challenge shows it', async () => {
  const run = await runAgainstFake({ ttlMs: 3_000, workers: 4 }, ['--ttl', '3s']);
  const results = ['', rule, '📊 RESULTS: 7/7 passed', rule, ''];
  assert.equal(run.out, [...shown, ...firstSix, '✓ Worker failure recovery', ...results].join('\n'));
  assert.deepEqual([run.err, run.status, run.leftOver], ['', 0, 0]);
});

test('a foreign orchestrator passes 6/6, and the recovery it does not show is skipped with the reason', async () => {
  const run = await runAgainstFake({ ttlMs: 3_000 }, ['--ttl', '3s']);
  const skipped = '- Worker failure recovery (skipped: no GET /workers on this server, which tells whose worker to kill)';
  assert.equal(run.out, [...shown, ...firstSix, skipped, '', rule, '📊 RESULTS: 6/6 passed, 1 skipped', rule, ''].join('\n'));
  assert.deepEqual([run.err, run.status, run.leftOver], ['', 0, 0]);
});

test('a run in which everything is skipped has shown nothing', async () => {
  const run = await runAgainstFake({}, ['--grep', 'recovery']);
  assert.equal(run.status, 2);
  assert.match(run.err, /every test was skipped/);
});
