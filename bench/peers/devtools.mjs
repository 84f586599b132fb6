// One browser's DevTools: reached directly, through plain proxies, and through the node whose session it is.
import { createRequire } from 'node:module';
import { Connection, json, socketOf } from '../lib/http.mjs';
import { within } from '../lib/wait.mjs';
import { startProxies } from './proxies.mjs';
import { startNode, workerOf } from './steelyard.mjs';

const WebSocket = createRequire(new URL('../../tester/package.json', import.meta.url))('ws');
const WARM_UP_SHARE = 10;
const ANSWER = '{"id":';

// Returns candidates { label, url, cpu }; cpu is that of the proxying process alone, in seconds. A base build has a browser of its own.
export async function startDevtools(context, proxyNames) {
  const nodes = [];
  for (const build of context.builds) nodes.push(await startSession(context, build));
  const direct = new URL(nodes[0].direct);
  const proxies = await startProxies(context, proxyNames, { devtools: direct.port });
  return [
    { label: 'direct', url: direct.href, cpu: () => 0 },
    ...proxies.map((proxy) => ({ label: proxy.name, url: socketOf(proxy.url) + direct.pathname, cpu: () => proxy.treeCpu() })),
    ...nodes,
  ];
}

async function startSession(context, build) {
  const node = await startNode(context, build, { worker: 'chromium', warm: 1, max: 1 });
  const connection = await Connection.open(node.url);
  const id = await connection.create();
  connection.close();
  const { port } = await workerOf(node, id);
  const { webSocketDebuggerUrl } = await json(`http://127.0.0.1:${port}/json/version`);
  const url = `${socketOf(node.url)}/sessions/${id}/cdp`;
  return { label: build.name, url, cpu: () => node.ownCpu(), direct: webSocketDebuggerUrl };
}

// A DevTools connection for one call at a time.
export class Devtools {
  #socket;
  #next = 0;
  #answered = () => {};

  static async open(url) {
    const devtools = new Devtools();
    const socket = (devtools.#socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 0 }));
    await within(`a connection to ${url}`, 10, new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject)));
    // Events have no id, and an answer begins with it.
    socket.on('message', (data) => data.toString('latin1', 0, ANSWER.length) === ANSWER && devtools.#answered(data));
    socket.on('close', () => devtools.#answered(new Error(`${url} closed the connection`)));
    return devtools;
  }

  close() {
    this.#socket.terminate();
  }

  // Returns the answer as it came, as bytes.
  call(method, params, sessionId) {
    return new Promise((resolve, reject) => {
      this.#answered = (data) => (data instanceof Error ? reject(data) : resolve(data));
      this.#socket.send(JSON.stringify({ id: ++this.#next, method, params, sessionId }));
    });
  }

  async ask(method, params) {
    const { result, error } = JSON.parse(await this.call(method, params));
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }
}

// Repeats calls for one window. Returns the milliseconds of each, the bytes of all, and the CPU seconds of the proxy.
export async function callAll(context, { url, cpu }, prepare) {
  const devtools = await Devtools.open(url);
  const call = await prepare(devtools);
  const repeat = async (seconds) => {
    const times = [];
    let bytes = 0;
    for (const end = performance.now() + 1000 * seconds; performance.now() < end;) {
      const start = performance.now();
      bytes += (await call()).length;
      times.push(performance.now() - start);
    }
    return { times, bytes };
  };
  await repeat(context.seconds / WARM_UP_SHARE);
  const before = cpu();
  const seen = await within(`DevTools calls of ${url}`, context.seconds + 30, repeat(context.seconds));
  const seconds = cpu() - before;
  devtools.close();
  return { ...seen, seconds };
}
