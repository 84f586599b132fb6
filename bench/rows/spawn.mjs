// What it costs a node to start workers.
import { judged, startFull, workerCount } from '../peers/thousand.mjs';

export const name = 'spawn';
export const what = 'A node starts 1,000 simulated workers: its own CPU for each, and the time until all are ready.';
export const goals = [
  { figure: 'cpu', text: 'CPU of the node for each', limit: 3, unit: 'ms' },
  { figure: 'ready', text: 'until all are ready', limit: 10, unit: 's' },
];

export async function run(context) {
  const count = workerCount(context);
  const windows = context.builds.map((build) => [build.name, () => fill(context, build, count)]);
  const seen = await context.turns(windows, context.starts);
  return {
    windows: `${context.starts} starts`,
    head: ['system', 'CPU of the node ms/worker', 'CPU of the workers ms/worker', 'all ready s'],
    lines: Object.entries(seen).map(([label, { cpu, workers, ready }]) => [label, cpu, workers, ready]),
    figures: judged(count, { cpu: seen.steelyard.cpu, ready: seen.steelyard.ready }),
    notes: ["The node's own start is subtracted: the CPU of one that starts no workers."],
  };
}

async function fill(context, build, count) {
  const { node: empty } = await startFull(context, build, 0);
  const base = empty.ownCpu();
  await empty.stop();
  const { node, seconds } = await startFull(context, build, count);
  const [own, all] = [node.ownCpu(), node.treeCpu()];
  await node.stop();
  return { cpu: ((own - base) * 1000) / count, workers: ((all - own) * 1000) / count, ready: seconds };
}
