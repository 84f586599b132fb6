// What a cluster costs a request: on the node that has the session, and one hop away.
import { quantile } from '../lib/figures.mjs';
import { Connection } from '../lib/http.mjs';
import { pause } from '../lib/wait.mjs';
import { wrk } from '../lib/wrk.mjs';
import { startWays } from '../peers/cluster.mjs';
import { createAt, over } from '../peers/fleet.mjs';

// It would make a whole run longer than 45 minutes.
export const onlyByName = true;
export const needsRedis = true;
export const name = 'cluster';
export const what =
  'Create, get and delete, one at a time, and gets at 8 connections: a node alone, one of three that has the session, one hop away.';
export const goals = [];

const CALLS = ['create', 'get', 'delete'];
const HOP = 'cluster, one hop';
const HERE = 'cluster, has it';

export async function run(context) {
  const ways = await startWays(context, { worker: 'simulated', warm: 4, max: 16 });
  const warmUp = Math.min(8, context.seconds);
  for (const way of ways) way.session = await createAt(way.owner.url);
  for (const way of ways) {
    await cycles(warmUp, way);
    await gets(way, warmUp);
  }
  const steps = await context.turns(ways.map((way) => [way.label, () => cycles(context.seconds, way)]));
  const loads = await context.turns(ways.map((way) => [way.label, () => gets(way, context.seconds)]));
  const idle = await context.turns(ways.map((way) => [way.label, () => rest(context, way)]), context.fewRounds);
  const alone = ways[0].label;
  for (const { label } of ways) for (const seen of [steps[label], loads[label]]) seen.net = seen.cpu - (idle[label].cpu * 1e4) / seen.rate;
  return {
    windows: `${context.describe()}, idle ${context.fewRounds}`,
    head: [
      'way', ...CALLS.flatMap((call) => [`${call} p50 µs`, 'p99 µs']), 'CPU µs/cycle', 'less idle', 'gets/s', 'p50 ms', 'p99 ms',
      'CPU µs/get', 'less idle', 'idle, % of a core',
    ],
    lines: ways.map(({ label }) => {
      const [step, load] = [steps[label], loads[label]];
      const times = CALLS.flatMap((call) => [step[`${call}50`], step[`${call}99`]]);
      return [label, ...times, step.cpu, step.net, load.rate, load.p50, load.p99, load.cpu, load.net, idle[label].cpu];
    }),
    figures: {},
    notes: [
      ...[HERE, HOP].map((label) => `${label}, over the node alone: ${[
        ...CALLS.map((call) => `${call} ${over(steps[label], steps[alone], `${call}50`).toFixed(2)}`),
        `CPU of a cycle, less idle, ${over(steps[label], steps[alone], 'net').toFixed(2)}`,
        `of a get at 8 connections ${over(loads[label], loads[alone], 'net').toFixed(2)}`,
      ].join(', ')}.`),
      'CPU is that of all nodes together. What they do when nobody calls is counted, and then taken off. No node is paused.',
    ],
  };
}

async function cycles(seconds, { url, cpu }) {
  const connection = await Connection.open(url);
  const times = { create: [], get: [], delete: [] };
  const timed = async (call, work) => {
    const start = performance.now();
    const result = await work();
    times[call].push((performance.now() - start) * 1000);
    return result;
  };
  const before = cpu();
  for (const end = performance.now() + 1000 * seconds; performance.now() < end;) {
    const id = await timed('create', () => connection.create());
    await timed('get', () => connection.must('GET', `/sessions/${id}`));
    await timed('delete', () => connection.delete(id));
  }
  connection.close();
  const rate = times.create.length / seconds;
  const figures = CALLS.flatMap((call) => [[`${call}50`, quantile(times[call], 0.5)], [`${call}99`, quantile(times[call], 0.99)]]);
  return { ...Object.fromEntries(figures), rate, cpu: ((cpu() - before) * 1e6) / times.create.length };
}

async function gets({ url, session, cpu }, seconds) {
  const before = cpu();
  const figures = await wrk(`${url}/sessions/${session}`, { connections: 8, seconds });
  return { ...figures, cpu: ((cpu() - before) * 1e6) / figures.requests };
}

async function rest(context, { cpu }) {
  const [before, start] = [cpu(), performance.now()];
  await pause(context.seconds);
  return { cpu: (100_000 * (cpu() - before)) / (performance.now() - start) };
}
