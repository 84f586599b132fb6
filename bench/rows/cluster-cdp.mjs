// A DevTools call through a node that is alone, through the node of a cluster that has the session, and through one that has not.
import { quantile } from '../lib/figures.mjs';
import { socketOf } from '../lib/http.mjs';
import { startWays } from '../peers/cluster.mjs';
import { callAll, Devtools } from '../peers/devtools.mjs';
import { createAt, over } from '../peers/fleet.mjs';

// It would make a whole run longer than 45 minutes.
export const onlyByName = true;
export const needsBrowser = true;
export const needsRedis = true;
export const name = 'cluster-cdp';
export const what = 'Round trip of Browser.getVersion, one call at a time: a node alone, one of three that has the session, one hop away.';
export const goals = [];

export async function run(context) {
  const ways = await startWays(context, { worker: 'chromium', warm: 1, max: 2 });
  const session = {};
  for (const { owner } of ways) session[owner.url] ??= await createAt(owner.url);
  const paths = ways.map((way) => ({ ...way, url: `${socketOf(way.url)}/sessions/${session[way.owner.url]}/cdp` }));
  const seen = await context.turns(paths.map((each) => [each.label, () => window(context, each)]));
  const opened = await context.turns(paths.map((each) => [each.label, () => connects(context, each)]), context.fewRounds);
  const alone = seen[ways[0].label];
  return {
    windows: `${context.describe()}, connects ${context.fewRounds}`,
    head: ['way', 'p50 µs', 'p99 µs', 'CPU µs/call', 'p50 over alone', 'CPU over alone', 'connect p50 ms', 'p99 ms', 'CPU ms/connect'],
    lines: Object.entries(seen).map(([label, each]) => [
      label, each.p50, each.p99, each.cpu, over(each, alone, 'p50'), over(each, alone, 'cpu'),
      opened[label].p50, opened[label].p99, opened[label].cpu,
    ]),
    figures: {},
    notes: ['CPU is that of all nodes together. A connect is an attach with one call.'],
  };
}

async function window(context, way) {
  const { times, seconds } = await callAll(context, way, (devtools) => () => devtools.call('Browser.getVersion'));
  const at = (share) => quantile(times, share) * 1000;
  return { p50: at(0.5), p99: at(0.99), cpu: (seconds * 1e6) / times.length };
}

// A client connects, makes one call and leaves.
async function connects(context, { url, cpu }) {
  const times = [];
  const before = cpu();
  for (const end = performance.now() + 1000 * context.seconds; performance.now() < end;) {
    const start = performance.now();
    const devtools = await Devtools.open(url);
    await devtools.call('Browser.getVersion');
    times.push(performance.now() - start);
    devtools.close();
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), cpu: ((cpu() - before) * 1e3) / times.length };
}
