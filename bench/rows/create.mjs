// Creates on warm simulated workers: the time of one, and the CPU of create and delete.
import { quantile } from '../lib/figures.mjs';
import { Connection } from '../lib/http.mjs';
import { awake } from '../lib/turns.mjs';
import { load, over, startFleet, warmUp } from '../peers/fleet.mjs';

export const name = 'create';
export const what = 'A create while a warm simulated worker waits: its time over a POST straight to a worker; CPU of create and delete.';
export const goals = [
  { figure: 'median', text: 'median over a POST to the worker', limit: 2 },
  { figure: 'cpu', text: "create and delete, CPU over nginx's", limit: 2 },
];

const PAIR = { connections: 1, script: 'create-delete' };
const path = () => '';

export async function run(context) {
  const fleet = await startFleet(context, ['nginx']);
  await warmUp(context, fleet, path, PAIR);
  const without = (left, measure) => fleet.filter(({ label }) => label !== left).map((each) => [each.label, () => measure(each)]);
  const latencies = await context.turns(without('nginx', (each) => creates(context, each)));
  const pairs = await context.turns(without('direct', (each) => load(context, each, path, PAIR)), context.fewRounds);
  return {
    windows: `${context.describe()} for one create, ${context.describe(context.fewRounds)} for create and delete`,
    head: ['system', 'create p50 µs', 'p99 µs', 'p99.9 µs', 'create+delete pairs/s', 'CPU µs/pair'],
    lines: fleet.map(({ label }) => {
      const [time, pair] = [latencies[label], pairs[label]];
      return [label, time?.p50, time?.p99, time?.p999, pair && pair.rate / 2, pair && pair.cpu * 2];
    }),
    figures: { median: over(latencies.steelyard, latencies.direct, 'p50'), cpu: over(pairs.steelyard, pairs.nginx, 'cpu') },
    notes: ['CPU is that of the proxying process alone; a node also looks after workers in it.'],
  };
}

// Times creates for one window. The deletes between them are not timed.
function creates(context, { label, system, url }) {
  const measure = async () => {
    const connection = await Connection.open(url);
    const times = [];
    for (const end = performance.now() + 1000 * context.seconds; performance.now() < end;) {
      const start = performance.now();
      const id = await connection.create();
      times.push((performance.now() - start) * 1000);
      await connection.delete(id);
    }
    connection.close();
    return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), p999: quantile(times, 0.999) };
  };
  return label === 'direct' ? measure() : awake(system, measure);
}
