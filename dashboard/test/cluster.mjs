// A cluster as the dashboard sees it, without one: answers of a real node that is alone, with two others added, of which one is silent.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from './node.mjs';

const PROGRAM = join(import.meta.dirname, '../../artifacts/dashboard/steelyard-dashboard');
const FREE = { region: 'west', version: '0.2.0', is_self: false, sessions: 1, idle: 1, free: 3, leased: 1, max: 4, waiting: 2 };

export async function startCluster() {
  const alone = await start('--worker', 'simulated', '--warm', '2', '--max-workers', '6', '--session-ttl', '10m', '--node', 'n1');
  const folder = mkdtempSync(join(tmpdir(), 'sd-'));
  const socket = join(folder, 'socket');
  const calls = []; // What the dashboard asked for that changes something.
  const lists = {
    async nodes() {
      const { nodes } = await alone.call('/nodes');
      const second = { ...FREE, name: 'n2', number: 2, state: 'active', uptime_seconds: 90_061.5 };
      return { nodes: [...nodes, second, { ...FREE, name: 'n3', number: 3, state: 'unreachable', uptime_seconds: null }] };
    },
    async workers() {
      const { workers, exited } = await alone.call('/workers');
      const named = ['n1', 'n2'].flatMap((node) => workers.map((worker) => ({ ...worker, node })));
      return { workers: named, exited, missing_nodes: ['n3'] };
    },
    sessions: async () => ({ ...await alone.call('/sessions'), missing_nodes: ['n3'] }),
    history: async () => ({ history: [], missing_nodes: ['n3', 'n4'] }),
  };

  const pass = (from, to, options) => {
    const headers = { ...from.headers, 'x-steelyard-operator': 'true' };
    const path = options.socketPath ? from.url : from.url.replace('node=n2', 'node=n1'); // The real one plays both.
    const onward = request({ ...options, method: from.method, path, headers });
    onward.on('error', () => to.destroy());
    return onward;
  };
  const dashboard = { socketPath: socket };
  const node = new URL(alone.url);
  const server = createServer(async (from, to) => {
    const [, list] = /^\/(\w+)(\?|$)/.exec(from.url) ?? [];
    if (from.method === 'DELETE') {
      calls.push(from.url);
      to.writeHead(202).end();
    } else if (lists[list]) {
      to.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(await lists[list]()));
    } else {
      const onward = pass(from, to, from.url.startsWith('/dashboard') ? dashboard : { host: node.hostname, port: node.port });
      onward.on('response', (reply) => { to.writeHead(reply.statusCode, reply.headers); reply.pipe(to); });
      from.pipe(onward);
    }
  });
  server.on('upgrade', (from, client, head) => {
    const onward = pass(from, client, dashboard);
    onward.on('upgrade', (reply, other, rest) => {
      const headers = Object.entries(reply.headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`);
      other.write(head);
      client.write(rest);
      for (const [one, two] of [[client, other], [other, client]]) one.on('error', () => {}).on('close', () => two.destroy()).pipe(two);
    });
    onward.end();
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const url = `http://127.0.0.1:${server.address().port}`;

  // It ends when the other end of its descriptor 3 is closed.
  const child = spawn(PROGRAM, [socket, url], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  const isUp = () => fetch(`${url}/dashboard/`).then((reply) => reply.ok, () => false);
  for (let i = 0; i < 100 && !await isUp(); i++) await new Promise((resolve) => { setTimeout(resolve, 100); });
  return {
    url,
    calls,
    create: () => alone.create(),
    async stop() {
      const gone = new Promise((resolve) => { child.on('exit', resolve); });
      child.stdio[3].destroy();
      await gone;
      server.closeAllConnections();
      server.close();
      await alone.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
