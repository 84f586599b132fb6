// Loads an address with wrk. wrk sends the next request when the last is answered, so it measures service time, not that of a queue.
import { spawn } from 'node:child_process';
import { within } from './wait.mjs';

// `status` says what all answers must be, 2xx or an error: an error is fast and would count as speed, so one wrong answer fails the run.
export async function wrk(url, { connections, seconds, script = 'latency', status = '2xx' }) {
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s', '-s', `bench/load/${script}.lua`, url];
  const output = await within(`wrk against ${url}`, seconds + 20, run(args));
  const found = /^RESULT (.*)$/m.exec(output);
  if (!found) throw new Error(`wrk failed against ${url}: ${output}`);
  const { requests, micros, p50, p99, p999, broken, refused } = JSON.parse(found[1]);
  if (broken || refused !== (status === '2xx' ? 0 : requests) || !requests) {
    throw new Error(`${url}: of ${requests} answers ${refused} were no 2xx and ${broken} connections broke, where ${status} was wanted`);
  }
  return { requests, rate: (requests * 1e6) / micros, p50: p50 / 1000, p99: p99 / 1000, p999: p999 / 1000 };
}

let child;
process.on('exit', () => child?.kill());

function run(args) {
  child = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise((resolve, reject) => child.on('close', () => resolve(output)).on('error', reject));
}
