// A get through a node and through plain proxies, all in front of simulated workers.
import { createSessions, load, over, startFleet, warmUp } from '../peers/fleet.mjs';

export const name = 'get';
export const what = 'Get of a session at 1, 8 and 32 connections: latencies, and CPU of the proxying process, against plain proxies.';
export const goals = [
  { figure: 'p99', text: 'p99, c = 8, over nginx', limit: 1.6 },
  { figure: 'cpu1', text: 'CPU, c = 1, over nginx', limit: 1.25 },
  { figure: 'cpu8', text: 'CPU, c = 8, over nginx', limit: 1.25 },
  { figure: 'cpu32', text: 'CPU, c = 32, over nginx', limit: 1.25 },
];

const path = ({ session }) => `/sessions/${session}`;

export async function run(context) {
  const all = await startFleet(context, ['nginx', 'haproxy', 'yarp']);
  await createSessions(all);
  const fleet = all.filter(({ label }) => label !== 'direct');
  await warmUp(context, fleet, path);
  const seen = {};
  for (const connections of [1, 8, 32]) {
    // All peers and all windows at 8 connections only, or a whole run would take too long.
    const whole = connections === 8;
    const chosen = fleet.filter((each) => each.ours || each.label === 'nginx' || whole);
    const windows = chosen.map((each) => [each.label, () => load(context, each, path, { connections })]);
    seen[connections] = await context.turns(windows, whole ? context.rounds : context.fewRounds);
  }
  const ratio = (connections, figure) => over(seen[connections].steelyard, seen[connections].nginx, figure);
  return {
    windows: `${context.describe()} at 8 connections, else ${context.fewRounds}`,
    head: ['system', 'connections', 'requests/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'CPU µs/request'],
    lines: Object.entries(seen).flatMap(([connections, systems]) =>
      Object.entries(systems).map(([label, each]) => [label, connections, each.rate, each.p50, each.p99, each.p999, each.cpu])),
    figures: { p99: ratio(8, 'p99'), cpu1: ratio(1, 'cpu'), cpu8: ratio(8, 'cpu'), cpu32: ratio(32, 'cpu') },
    chart: {
      title: 'CPU of the proxy for each get, 8 connections',
      unit: 'µs',
      bars: Object.entries(seen[8]).map(([label, { cpu }]) => ({ label, value: cpu, ours: label === 'steelyard' })),
    },
  };
}
