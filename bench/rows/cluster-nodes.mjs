// CPU for a session with more and more nodes, when clients reach them by chance.
import { quantile } from '../lib/figures.mjs';
import { Connection } from '../lib/http.mjs';
import { loop } from '../lib/loop.mjs';
import { cpuOfNodes, startCluster } from '../peers/cluster.mjs';
import { over } from '../peers/fleet.mjs';
import { startNode } from '../peers/steelyard.mjs';

// It would make a whole run longer than 45 minutes.
export const onlyByName = true;
export const needsRedis = true;
export const name = 'cluster-nodes';
export const what = 'Create, get and delete by 8 clients on simulated workers, each call to any node: CPU of 1, 2 and 3 nodes.';
export const goals = [];

const CLIENTS = 8;
const SHAPE = { worker: 'simulated', warm: 8, max: 16 };

export async function run(context) {
  const systems = [{ label: 'alone', nodes: [await startNode(context, context.builds[0], SHAPE)] }];
  for (const count of [1, 2, 3]) {
    const { nodes } = await startCluster(context, Array(count).fill(SHAPE));
    systems.push({ label: `cluster of ${count}`, nodes });
  }
  for (const system of systems) await window(Math.min(8, context.seconds), system);
  const seen = await context.turns(systems.map((system) => [system.label, () => window(context.seconds, system)]));
  return {
    windows: context.describe(),
    head: ['nodes', 'cycles/s', 'cycle p50 ms', 'p99 ms', 'CPU µs/cycle', 'CPU over alone'],
    lines: Object.entries(seen).map(([label, each]) => [label, each.rate, each.p50, each.p99, each.cpu, over(each, seen.alone, 'cpu')]),
    figures: {},
    notes: ['All nodes, their workers and the clients share the cores: the rate does not show what more machines give.'],
  };
}

async function window(seconds, { nodes }) {
  const free = await Promise.all(Array.from({ length: CLIENTS }, () => Promise.all(nodes.map(({ url }) => Connection.open(url)))));
  const opened = free.flat();
  const before = cpuOfNodes(nodes);
  const cycle = async () => {
    const connections = free.pop();
    const any = () => connections[Math.floor(Math.random() * connections.length)];
    const start = performance.now();
    const id = await any().create();
    await any().must('GET', `/sessions/${id}`);
    await any().delete(id);
    free.push(connections);
    return performance.now() - start;
  };
  const { results, seconds: passed } = await loop(cycle, { seconds, concurrency: CLIENTS });
  const cpu = ((cpuOfNodes(nodes) - before) * 1e6) / results.length;
  for (const connection of opened) connection.close();
  return { rate: results.length / passed, p50: quantile(results, 0.5), p99: quantile(results, 0.99), cpu };
}
