// How soon a node knows that a worker has died.
import { quantile } from '../lib/figures.mjs';
import { Connection } from '../lib/http.mjs';
import { pause, within } from '../lib/wait.mjs';
import { judged, startFull, workerCount } from '../peers/thousand.mjs';
import { workerOf } from '../peers/steelyard.mjs';

export const name = 'kill';
export const what = "With 1,000 simulated workers: kill -9 of a session's worker until its get answers 404.";
export const goals = [{ figure: 'p99', text: 'p99', limit: 2, unit: 'ms' }];

const kills = ({ seconds }) => 10 * seconds;
const PAUSE_SECONDS = 0.1; // The node starts another worker meanwhile.

export async function run(context) {
  const count = workerCount(context);
  const windows = context.builds.map((build) => [build.name, () => killAll(context, build, count)]);
  const seen = await context.turns(windows, context.starts);
  return {
    windows: `${context.starts} of ${kills(context)} kills`,
    head: ['system', 'p50 ms', 'p99 ms', 'worst ms'],
    lines: Object.entries(seen).map(([label, { p50, p99, worst }]) => [label, p50, p99, worst]),
    figures: judged(count, { p99: seen.steelyard.p99 }),
    notes: ['The get is asked again and again, so a figure includes up to two of its round trips.'],
  };
}

async function killAll(context, build, count) {
  const { node } = await startFull(context, build, count);
  const connection = await Connection.open(node.url);
  const times = [];
  for (let i = 0; i < kills(context); i++) {
    const id = await connection.create();
    const { pid } = await workerOf(node, id);
    const start = performance.now();
    process.kill(pid, 'SIGKILL');
    await within('the get answers 404', 10, gone(connection, id));
    times.push(performance.now() - start);
    await pause(PAUSE_SECONDS);
  }
  connection.close();
  await node.stop();
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), worst: Math.max(...times) };
}

// Asks without a pause: a timer would add a millisecond.
async function gone(connection, id) {
  for (;;) {
    const { status } = await connection.call('GET', `/sessions/${id}`);
    if (status === 404) return;
    if (status !== 200) throw new Error(`A get of a session whose worker was killed: ${status}`);
  }
}
