// Creates that wait for a worker, in the line of a cluster and in that of one node.
import { quantile } from '../lib/figures.mjs';
import { Connection } from '../lib/http.mjs';
import { loop } from '../lib/loop.mjs';
import { cpuOfNodes, startCluster } from '../peers/cluster.mjs';
import { startNode } from '../peers/steelyard.mjs';

// It would make a whole run longer than 45 minutes.
export const onlyByName = true;
export const needsRedis = true;
export const name = 'cluster-queue';
export const what = '24 clients create and delete at three nodes of one worker each, and at one node of three: creates served per second.';
export const goals = [];

const CLIENTS = 24;

export async function run(context) {
  const shape = { worker: 'simulated', warm: 1, max: 1 };
  const { nodes } = await startCluster(context, Array(3).fill(shape));
  const alone = await startNode(context, context.builds[0], { ...shape, warm: 3, max: 3 });
  const systems = { 'one node of three workers': [alone], 'three nodes of one worker': nodes };
  const seen = await context.turns(Object.entries(systems).map(([label, each]) => [label, () => window(context.seconds, each)]));
  return {
    windows: context.describe(),
    head: ['line', 'creates/s', 'create p50 ms', 'p99 ms', 'CPU ms/create', 'served by each node, most over least'],
    lines: Object.entries(seen).map(([label, { rate, p50, p99, cpu, spread }]) => [label, rate, p50, p99, cpu, spread]),
    figures: {},
  };
}

async function window(seconds, nodes) {
  const opened = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => Connection.open(nodes[i % nodes.length].url)));
  const free = [...opened];
  const served = {};
  const before = cpuOfNodes(nodes);
  const turn = async () => {
    const connection = free.shift();
    const start = performance.now();
    const id = await connection.create();
    const milliseconds = performance.now() - start;
    await connection.delete(id);
    served[id.slice(0, 4)] = (served[id.slice(0, 4)] ?? 0) + 1;
    free.push(connection);
    return milliseconds;
  };
  const { results, seconds: passed } = await loop(turn, { seconds, concurrency: CLIENTS });
  const cpu = ((cpuOfNodes(nodes) - before) * 1e3) / results.length;
  for (const connection of opened) connection.close();
  const shares = Object.values(served);
  const spread = Math.max(...shares) / Math.min(...shares);
  return { rate: results.length / passed, p50: quantile(results, 0.5), p99: quantile(results, 0.99), cpu, spread };
}
