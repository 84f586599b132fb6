// A node of one of our builds.
import { json } from '../lib/http.mjs';
import { System } from '../lib/system.mjs';

let launches = 0;

// Starts a node and waits until all of its warm workers are ready.
export async function startNode(context, build, { warm, ...options }, system) {
  const node = await launchNode(context, build, { port: 0, warm, ...options }, system);
  node.url = await node.ready('listens', 60, () => /listens on (http:\/\/\S+)/.exec(node.log)?.[1]);
  await settle(node, warm);
  return node;
}

// Starts a node and does not wait for it. `more` are options as they are.
export function launchNode(context, build, { port, worker, warm, max, egress, record, more = [] }, system) {
  const folder = `${context.dir}/run-${++launches}`;
  const values = { port, worker, warm, 'max-workers': max, egress, record, 'run-dir': folder, history: 'none', 'session-ttl': '1h' };
  const args = Object.entries(values).filter(([, value]) => value !== undefined).flatMap(([key, value]) => [`--${key}`, String(value)]);
  return System.start(context, build.name, build.program, [...args, ...more], system);
}

export const isOk = async (url) => (await fetch(url).catch(() => ({}))).ok;

// Waits until no session lives and the pool is as full as after the start.
export async function settle(node, warm) {
  await node.ready('its pool is full', 120, async () => {
    const { workers } = await json(`${node.url}/status`);
    return workers.ready >= warm && !workers.leased && !workers.starting && !workers.stopping;
  }, 0.05);
}

// The worker of a session.
export async function workerOf(node, session) {
  return (await json(`${node.url}/workers`)).workers.find((each) => each.session_id === session);
}
