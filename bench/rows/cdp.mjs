// A DevTools call through a node and through nginx.
import { quantile } from '../lib/figures.mjs';
import { callAll, startDevtools } from '../peers/devtools.mjs';
import { over } from '../peers/fleet.mjs';

export const needsBrowser = true;
export const name = 'cdp';
export const what = 'Round trip of Browser.getVersion, one call at a time: latencies, and CPU of the proxying process for each call.';
export const goals = [
  { figure: 'added', text: 'median added to a direct call', limit: 30, unit: 'µs' },
  { figure: 'cpu', text: 'CPU over nginx', limit: 1.1 },
];

export async function run(context) {
  const candidates = await startDevtools(context, ['nginx']);
  const seen = await context.turns(candidates.map((each) => [each.label, () => window(context, each)]));
  return {
    windows: context.describe(),
    head: ['path', 'p50 µs', 'p99 µs', 'p99.9 µs', 'CPU µs/call'],
    lines: Object.entries(seen).map(([label, each]) => [label, each.p50, each.p99, each.p999, each.cpu]),
    figures: { added: seen.steelyard.p50 - seen.direct.p50, cpu: over(seen.steelyard, seen.nginx, 'cpu') },
  };
}

async function window(context, candidate) {
  const { times, seconds } = await callAll(context, candidate, (devtools) => () => devtools.call('Browser.getVersion'));
  const at = (share) => quantile(times, share) * 1000;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), cpu: (seconds * 1e6) / times.length };
}
