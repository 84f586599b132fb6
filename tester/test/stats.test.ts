import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Latencies } from '../src/stats/latencies.ts';
import { seededRandom } from '../src/stats/random.ts';

test('percentiles are those of what was added, to three digits', () => {
  const latencies = new Latencies();
  for (let ms = 1; ms <= 1_000; ms++) latencies.add(ms);
  const shown = new Map<string, number>();
  latencies.report((name, value) => shown.set(name, value));
  assert.deepEqual([...shown.keys()], ['p50', 'p90', 'p99', 'p99.9', 'max']);
  const near = { p50: 500, p90: 900, p99: 990, 'p99.9': 999, max: 1_000 };
  for (const [name, value] of Object.entries(near)) {
    assert.ok(Math.abs((shown.get(name) ?? 0) - value) <= value / 500, `${name} is ${shown.get(name)}`);
  }
});

test('the same seed gives the same numbers, another one others', () => {
  const take = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
  assert.deepEqual(take(7), take(7));
  assert.notDeepEqual(take(7), take(8));
  assert.ok(take(7).every((value) => value >= 0 && value < 1));
});
