// How many isolated sessions a machine gives in a minute.
import { browse } from '../peers/browse.mjs';
import { foreign, nodeSystem, runServer } from '../peers/browsers.mjs';
import { puppeteerCluster } from '../peers/puppeteer-cluster.mjs';

export const needsBrowser = true;
export const name = 'sessions-per-minute';
export const what = 'Isolated sessions per minute, 1, 4 and 8 at a time: connect, new page, a local page, title, close.';
const CONCURRENCY = [1, 4, 8];
// puppeteer-cluster is no peer of a goal, so that one figure of it does.
const OF_CLUSTER = 4;
export const goals = CONCURRENCY.map((c) => ({ figure: `c${c}`, text: `c = ${c}, over run-server`, limit: 1.2, atLeast: true }));

export async function run(context) {
  // Five windows of this length would not fit into the time of a whole run.
  const [seconds, rounds] = [3 * context.seconds, context.fewRounds];
  const systems = [runServer(context), ...context.builds.map((build) => nodeSystem(context, build)), ...foreign(context)];
  const cluster = puppeteerCluster(context);
  const seen = {};
  for (const concurrency of CONCURRENCY) {
    const windows = systems.map((each) => [each.label, async () => rate(await browse(context, each, { seconds, concurrency }))]);
    if (cluster && concurrency === OF_CLUSTER)
      windows.push(['puppeteer-cluster', async () => rate(await cluster({ seconds, concurrency }))]);
    seen[concurrency] = await context.turns(windows, rounds);
  }
  const labels = Object.keys(seen[OF_CLUSTER]);
  return {
    windows: context.describe(rounds, seconds),
    head: ['system', ...CONCURRENCY.map((c) => `c = ${c}, per minute`)],
    lines: labels.map((label) => [label, ...CONCURRENCY.map((c) => seen[c][label]?.rate)]),
    figures: Object.fromEntries(CONCURRENCY.map((c) => [`c${c}`, seen[c].steelyard.rate / seen[c]['run-server'].rate])),
    notes: cluster ? ['puppeteer-cluster keeps its browsers; a session gets a context, which is less isolation than the others give.'] : [],
    chart: {
      title: 'Isolated sessions per minute, 4 at a time',
      unit: 'per minute',
      more: true,
      bars: labels.map((label) => ({ label, value: seen[4][label].rate, ours: label === 'steelyard' })),
    },
  };
}

const rate = ({ results, seconds }) => ({ rate: (60 * results.length) / seconds });
