import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runAgainstFake } from './run.ts';
import type { FakeOptions } from './fake/options.ts';

const create = 'Create session';
const get = 'Get session';
const del = 'Delete session';
const missing = '404 on missing session';
const concurrent = 'Concurrent sessions (10 parallel)';
const expiry = 'Session TTL expiration (3s)';
const recovery = 'Worker failure recovery';

/** For each fault, exactly the lines that must fail. */
const expected: [FakeOptions['fault'], string[]][] = [
  ['create answers 500', [create, get, del, concurrent, expiry, recovery]],
  ['create loses data', [create, get, del, concurrent, expiry, recovery]],
  ['create has no time', [create]],
  ['get mixes up data', [concurrent, expiry, recovery]],
  ['get answers another id', [get, del, concurrent, expiry, recovery]],
  ['delete keeps the session', [del]],
  ['delete ends all sessions', [del, concurrent]],
  ['delete answers 200', [del, concurrent]],
  ['missing answers 200', [del, missing, expiry]],
  ['missing answers 500', [del, missing, expiry]],
  ['delete of missing answers 204', [del, missing, expiry]],
  ['ids repeat', [concurrent, expiry, recovery]],
  ['one session at a time', [del, concurrent, expiry, recovery]],
  ['never expires', [expiry]],
  ['expires early', [expiry]],
  ['get is no activity', [expiry]],
  ['expired comes back', [expiry]],
  ['lost session stays', [recovery]],
  ['lost worker takes all sessions', [recovery]],
  ['lost worker stays lost', [recovery]],
];

describe('a broken orchestrator fails the right lines', { concurrency: 3 }, () => {
  for (const [fault, lines] of expected) {
    test(fault, async () => {
      const run = await runAgainstFake({ ttlMs: 3_000, workers: 12, fault }, ['--ttl', '3s']);
      assert.deepEqual(run.failed, lines, run.out);
      assert.equal(run.status, 1);
      for (const line of lines) assert.match(run.out, new RegExp(`✗ ${line.replace(/[()]/g, '\\$&')}\n    \\S`), 'no reason given');
    });
  }
});
