// Many creates at once, far more than workers wait for.
import { createAtOnce } from '../lib/at-once.mjs';
import { quantile } from '../lib/figures.mjs';
import { startNode } from '../peers/steelyard.mjs';

export const name = 'burst';
export const what = '200 creates at once at a fresh node with 4 warm simulated workers: how long each takes.';
export const goals = [{ figure: 'p99', text: 'p99', limit: 2, unit: 's' }];

const CREATES = 200;

export async function run(context) {
  const windows = context.builds.map((build) => [build.name, () => burst(context, build)]);
  const seen = await context.turns(windows);
  return {
    windows: `${context.rounds} bursts`,
    head: ['system', 'p50 s', 'p99 s', 'last s'],
    lines: Object.entries(seen).map(([label, { p50, p99, last }]) => [label, p50, p99, last]),
    figures: { p99: seen.steelyard.p99 },
  };
}

async function burst(context, build) {
  const node = await startNode(context, build, { worker: 'simulated', warm: 4, max: 250 });
  const { times } = await createAtOnce(node.url, CREATES);
  await node.stop();
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), last: Math.max(...times) };
}
