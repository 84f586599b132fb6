// More creates at once than the node that is asked has room for.
import { createAtOnce } from '../lib/at-once.mjs';
import { quantile } from '../lib/figures.mjs';
import { cpuOfNodes, settled, startCluster } from '../peers/cluster.mjs';
import { startNode } from '../peers/steelyard.mjs';

// It would make a whole run longer than 45 minutes.
export const onlyByName = true;
export const needsRedis = true;
export const name = 'cluster-spill';
export const what = '300 creates at once through one of three nodes with 100 warm simulated workers each, and through one node with 300.';
export const goals = [];

const CREATES = 300;

export async function run(context) {
  const shape = (count) => ({ worker: 'simulated', warm: count, max: count });
  const { nodes } = await startCluster(context, Array(3).fill(shape(CREATES / 3)));
  const alone = await startNode(context, context.builds[0], shape(CREATES));
  const windows = [
    ['alone', () => burst([alone])],
    ['three nodes', () => burst(nodes)],
  ];
  const seen = await context.turns(windows);
  return {
    windows: `${context.rounds} bursts`,
    head: ['system', 'all served ms', 'create p50 ms', 'p99 ms', 'CPU of the nodes ms'],
    lines: Object.entries(seen).map(([label, { all, p50, p99, cpu }]) => [label, all, p50, p99, cpu]),
    figures: {},
    notes: ['The first of the three nodes is asked for all. Each place elsewhere is reserved with a call, and the create forwarded.'],
  };
}

async function burst(nodes) {
  const before = cpuOfNodes(nodes);
  const { times, release } = await createAtOnce(nodes[0].url, CREATES);
  const cpu = 1000 * (cpuOfNodes(nodes) - before);
  await release();
  await settled(nodes[0], nodes.length, CREATES);
  return { all: 1000 * Math.max(...times), p50: 1000 * quantile(times, 0.5), p99: 1000 * quantile(times, 0.99), cpu };
}
