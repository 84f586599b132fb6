// One simulated worker, plain proxies before it, and a node of each build: the candidates of rows that load HTTP.
import { Connection } from '../lib/http.mjs';
import { awake } from '../lib/turns.mjs';
import { wrk } from '../lib/wrk.mjs';
import { startProxies } from './proxies.mjs';
import { startNode } from './steelyard.mjs';
import { startWorker } from './worker.mjs';

const WARM_UP_SECONDS = 8;

// Returns candidates { label, url, system, ours, cpu }; cpu is that of the proxying process alone, in seconds. Each is warmed up, and all
// but the worker are paused until their turn.
export async function startFleet(context, proxyNames) {
  const worker = await startWorker(context);
  const proxies = await startProxies(context, proxyNames, { worker: new URL(worker.url).port });
  const fleet = [{ label: 'direct', system: worker, cpu: () => worker.treeCpu() }];
  for (const proxy of proxies) fleet.push({ label: proxy.name, system: proxy, cpu: () => proxy.treeCpu() });
  for (const build of context.builds) {
    const node = await startNode(context, build, { worker: 'simulated', warm: 4, max: 16 });
    fleet.push({ label: build.name, system: node, ours: true, cpu: () => node.ownCpu() });
  }
  for (const each of fleet) each.url = each.system.url;
  return fleet;
}

// Sets the `session` of each candidate; all that forward to the one worker share its session.
export async function createSessions(fleet) {
  const shared = await createAt(fleet[0].url);
  for (const each of fleet) each.session = each.ours ? await createAt(each.url) : shared;
}

export async function createAt(url) {
  const connection = await Connection.open(url);
  try {
    return await connection.create();
  } finally {
    connection.close();
  }
}

// Runs code that just-in-time compilers should have seen, then lets only the worker run.
export async function warmUp(context, fleet, path, options = {}) {
  const seconds = Math.min(WARM_UP_SECONDS, context.seconds);
  for (const each of fleet) {
    await wrk(each.url + path(each), { connections: 8, seconds, ...options });
    if (each.label !== 'direct') each.system.pause();
  }
}

// Loads one candidate for one window.
export function load(context, candidate, path, options) {
  const measure = async () => {
    const before = candidate.cpu();
    const figures = await wrk(candidate.url + path(candidate), { seconds: context.seconds, ...options });
    return { ...figures, cpu: ((candidate.cpu() - before) * 1e6) / figures.requests };
  };
  return candidate.label === 'direct' ? measure() : awake(candidate.system, measure);
}

export const over = (ours, theirs, figure) => (ours && theirs ? ours[figure] / theirs[figure] : null);
