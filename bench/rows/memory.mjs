// Memory of a node.
import { pss } from '../lib/proc.mjs';
import { pause } from '../lib/wait.mjs';
import { judged, startFull, workerCount } from '../peers/thousand.mjs';

export const name = 'memory';
export const what = 'Memory (PSS) of the node itself without workers and with 1,000 idle simulated ones.';
export const goals = [
  { figure: 'empty', text: 'without workers', limit: 60, unit: 'MB' },
  { figure: 'full', text: 'with 1,000 workers', limit: 80, unit: 'MB' },
];

const SETTLE_SECONDS = 35;
const settling = (context) => (context.isShort ? context.seconds : SETTLE_SECONDS);

export async function run(context) {
  const count = workerCount(context);
  const measure = async (build) => ({ empty: await memory(context, build, 0), full: await memory(context, build, count) });
  const windows = context.builds.map((build) => [build.name, () => measure(build)]);
  const seen = await context.turns(windows, context.starts);
  return {
    windows: `${context.starts} starts of each`,
    head: ['system', 'without workers MB', 'with workers MB'],
    lines: Object.entries(seen).map(([label, { empty, full }]) => [label, empty, full]),
    figures: judged(count, seen.steelyard),
    notes: [`Read ${settling(context)} s after the workers are ready: an idle node returns memory after two periods of 15 s.`],
  };
}

async function memory(context, build, count) {
  const { node } = await startFull(context, build, count);
  await pause(settling(context));
  const megabytes = pss(node.pid);
  await node.stop();
  return megabytes;
}
