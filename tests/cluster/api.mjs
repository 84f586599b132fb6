// Calls to a node, times and numbers.
import { request } from 'node:http';

export const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
export const now = () => performance.now() / 1000;

// Each call has a connection of its own: one that is kept can be to a process that has been killed since. Status 0: no answer.
export function call(node, method, path, seconds = 8, body = '') {
  return new Promise((done) => {
    const headers = { 'content-length': Buffer.byteLength(body), ...(body && { 'content-type': 'application/json' }) };
    const out = request({ host: node.host, port: node.port, method, path, agent: false, headers }, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (part) => { text += part; });
      reply.on('error', (error) => finish({ status: 0, error: error.code ?? error.message }));
      reply.on('end', () => finish({ status: reply.statusCode, mayRetry: 'retry-after' in reply.headers, json: parse(text) }));
    });
    const late = setTimeout(() => out.destroy(new Error(`no answer in ${seconds} s`)), 1000 * seconds);
    out.on('error', (error) => finish({ status: 0, error: error.code ?? error.message }));
    out.end(body);
    function finish(answer) {
      clearTimeout(late);
      done(answer);
    }
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Returns the seconds that it took.
export async function until(what, test, seconds = 60, every = 0.05) {
  const began = now();
  while (!await test()) {
    if (now() - began > seconds) throw new Error(`not in ${seconds} s: ${what}`);
    await pause(every);
  }
  return now() - began;
}

// An error after this time; what was begun goes on.
export function within(seconds, what, begun) {
  let late;
  const end = new Promise((_, fail) => { late = setTimeout(() => fail(new Error(`not in ${seconds} s: ${what}`)), 1000 * seconds); });
  return Promise.race([begun, end]).finally(() => clearTimeout(late));
}

// Does this with numbers from 0 on, so many of them at a time.
export async function inTurns(count, atATime, act) {
  let next = 0;
  const turns = async () => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: atATime }, turns));
}

export const numberOf = (session) => parseInt(session.slice(0, 4), 16);
export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
export const quantile = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(share * list.length))];
export const inSeconds = (value) => value === undefined || value === null ? '–' : `${value.toFixed(value < 10 ? 1 : 0)} s`;
