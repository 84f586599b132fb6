// What a node answers itself, without a worker.
import { createSessions, load, over, startFleet, warmUp } from '../peers/fleet.mjs';

export const name = 'own-answers';
export const what = "What a node answers itself (404, /health, /status), 8 connections: its CPU over nginx's for a get that it proxies.";
export const goals = ['404', 'health', 'status'].map((figure) => ({ figure, text: `${figure}, CPU over nginx's get`, limit: 0.65 }));

const get = ({ session }) => `/sessions/${session}`;
const CALLS = {
  404: { path: () => '/sessions/01234567-89ab-8cde-8123-456789abcdef', status: '404' },
  health: { path: () => '/health' },
  status: { path: () => '/status' },
};

export async function run(context) {
  const all = await startFleet(context, ['nginx']);
  await createSessions(all);
  const fleet = all.filter(({ label }) => label !== 'direct');
  await warmUp(context, fleet, get);
  const windows = fleet.flatMap((each) => {
    const measure = ({ path, status }) => load(context, each, path, { connections: 8, status });
    if (!each.ours) return [[each.label, () => measure({ path: get })]];
    return Object.entries(CALLS).map(([call, how]) => [`${each.label} ${call}`, () => measure(how)]);
  });
  const seen = await context.turns(windows, context.fewRounds);
  return {
    windows: context.describe(context.fewRounds),
    head: ['answer', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request'],
    lines: Object.entries(seen).map(([label, each]) => [label, each.rate, each.p50, each.p99, each.cpu]),
    figures: Object.fromEntries(Object.keys(CALLS).map((call) => [call, over(seen[`steelyard ${call}`], seen.nginx, 'cpu')])),
  };
}
