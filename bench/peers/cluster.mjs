// Nodes of one cluster on this machine. They are never paused: a node that does not answer is soon declared dead by the others.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { sum } from '../lib/figures.mjs';
import { Connection, json } from '../lib/http.mjs';
import { freePorts } from './ports.mjs';
import { startRedis } from './redis.mjs';
import { startNode } from './steelyard.mjs';

// Starts a node for each of `shapes`, which are options of startNode, and waits until all know each other.
export async function startCluster(context, shapes, build = context.builds[0]) {
  const table = await startRedis(context);
  const secret = `${context.dir}/secret-${table.pid}`;
  writeFileSync(secret, randomBytes(32).toString('hex'), { mode: 0o600 });
  const nodes = [];
  for (const [i, shape] of shapes.entries()) {
    const own = ['--node', `n${i}`, '--advertise', `127.0.0.1:${await freePorts(2)}`];
    nodes.push(await startNode(context, build, { ...shape, more: ['--cluster', table.address, '--cluster-secret-file', secret, ...own] }));
  }
  for (const node of nodes) await settled(node, nodes.length, sum(shapes.map(({ warm }) => warm)));
  return { nodes, table, stop: () => Promise.all([...nodes, table].map((each) => each.stop())) };
}

// Waits until a node knows so many nodes, with so many idle workers together.
export async function settled(node, count, idle) {
  await node.ready('it knows of all nodes and idle workers', 60, async () => {
    const { nodes } = await json(`${node.url}/nodes`);
    return nodes.filter(({ state }) => state === 'active').length === count && sum(nodes.map((each) => each.idle)) >= idle;
  }, 0.1);
}

// CPU time of nodes themselves, without their workers, in seconds.
export const cpuOfNodes = (nodes) => sum(nodes.map((node) => node.ownCpu()));

// Takes a node's only worker, so that the node sends the creates of its clients to others.
export async function fill(node) {
  const connection = await Connection.open(node.url);
  await connection.create();
  connection.close();
}

// The three ways to a session: a node that is alone, a node of a cluster that has the session, and one that has not. All have `url`, where
// clients call, and `cpu`, that of all nodes which have a part in it. Only the first node of the cluster has room.
export async function startWays(context, shape) {
  const alone = [];
  for (const build of context.builds) alone.push({ label: `${build.name}, alone`, nodes: [await startNode(context, build, shape)] });
  const { nodes } = await startCluster(context, [shape, ...Array(2).fill({ ...shape, warm: 1, max: 1 })]);
  for (const node of nodes.slice(1)) await fill(node);
  await nodes[1].ready('it knows who has room', 10, () => hasRoomOnlyAt(nodes[1], 'n0'), 0.1);
  const ways = [...alone, { label: 'cluster, has it', nodes }, { label: 'cluster, one hop', nodes, asked: nodes[1], owner: nodes[0] }];
  return ways.map((way) => ({
    ...way, url: (way.asked ?? way.nodes[0]).url, owner: way.owner ?? way.nodes[0], cpu: () => cpuOfNodes(way.nodes),
  }));
}

async function hasRoomOnlyAt({ url }, name) {
  const { nodes } = await json(`${url}/nodes`);
  return nodes.every((node) => (node.name === name) === (node.free > 0));
}
