// What it costs to look after workers that do nothing.
import { pause } from '../lib/wait.mjs';
import { judged, startFull, workerCount } from '../peers/thousand.mjs';

export const name = 'idle';
export const what = '1,000 idle simulated workers, watched for 30 s: share of a core that the node and all its workers use.';
export const goals = [
  { figure: 'node', text: 'node, share of a core', limit: 3, unit: '%' },
  { figure: 'workers', text: 'all workers, share of a core', limit: 10, unit: '%' },
];

const SETTLE_SECONDS = 10; // What is compiled just in time after a start is no idle cost.

export async function run(context) {
  const count = workerCount(context);
  const windows = context.builds.map((build) => [build.name, () => watch(context, build, count)]);
  const seen = await context.turns(windows, context.starts);
  return {
    windows: context.describe(context.starts, 3 * context.seconds),
    head: ['system', 'node % of a core', 'workers % of a core'],
    lines: Object.entries(seen).map(([label, { node, workers }]) => [label, node, workers]),
    figures: judged(count, seen.steelyard),
  };
}

async function watch(context, build, count) {
  const { node } = await startFull(context, build, count);
  await pause(Math.min(SETTLE_SECONDS, context.seconds));
  const read = () => ({ at: performance.now() / 1000, own: node.ownCpu(), all: node.treeCpu() });
  const before = read();
  await pause(3 * context.seconds);
  const after = read();
  await node.stop();
  const share = (cpu) => (100 * cpu) / (after.at - before.at);
  return { node: share(after.own - before.own), workers: share(after.all - before.all - (after.own - before.own)) };
}
