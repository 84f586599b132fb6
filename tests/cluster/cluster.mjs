// Nodes as processes on this machine, with simulated workers, and a real server for their table.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, numberOf, pause, until } from './api.mjs';
import { atEnd, throwIfStopped } from './cleanup.mjs';
import { Network } from './network.mjs';
import { isAlive, kill, killAllOf, start } from './processes.mjs';
import { startTable } from './tables.mjs';

const NODES = 3;

export class Cluster {
  nodes = [];

  // The last node joins last. `environments` are of single nodes.
  static async start({ kind, program, grace }, { nodes = NODES, options = [], hasNetworks = false, environments = {} } = {}) {
    const cluster = new Cluster();
    try {
      await cluster.begin(kind, program, grace, nodes, options, hasNetworks, environments);
      return cluster;
    } catch (error) {
      await cluster.end?.();
      error.isStart = true;
      throw error;
    }
  }

  async begin(kind, program, grace, nodes, options, hasNetworks, environments) {
    throwIfStopped();
    this.folder = mkdtempSync(join(tmpdir(), 'steelyard-cluster-'));
    chmodSync(this.folder, 0o755); // PostgreSQL runs as another user.
    this.end = atEnd(() => this.stop());
    this.network = hasNetworks ? new Network(NODES) : null;
    Object.assign(this, { program, environments, base: await freePorts() });
    const hosts = ['127.0.0.1', ...(hasNetworks ? [this.network.table] : [])];
    this.table = await startTable(kind, this.folder, this.base, hosts);
    this.secret = join(this.folder, 'secret');
    writeFileSync(this.secret, randomBytes(32).toString('hex'), { mode: 0o600 });
    this.options = ['--cluster-grace', grace, '--session-ttl', '15m', ...options];
    await Promise.all(Array.from({ length: Math.max(nodes - 1, 1) }, (_, i) => this.startNode(i)));
    await this.allKnow();
    if (nodes > 1) await this.startNode(nodes - 1);
    await this.allKnow();
  }

  // Starts a node, or starts it again in its place. Returns when it listens.
  async startNode(i, ...more) {
    const node = this.launch(i, ...more);
    await until(`node ${node.name} listens: ${node.log}`, () => {
      if (!isAlive(node.process)) throw new Error(`${node.name} has ended: ${this.logOf(node).slice(-2000)}`);
      return this.logOf(node).slice(node.before).includes('listens on');
    }, 60, 0.02);
    return node;
  }

  launch(i, ...more) {
    const [name, host] = [`n${i}`, this.network?.hosts[i] ?? '127.0.0.1'];
    const node = { i, name, host, port: this.base + 1 + i, log: join(this.folder, `${name}.log`), number: this.nodes[i]?.number };
    const args = [
      '--node', name, '--bind', host, '--port', String(node.port), '--allow-anonymous', '--advertise', `${host}:${this.base + 10 + 2 * i}`,
      '--cluster', this.table.address(this.network?.table ?? '127.0.0.1'), '--cluster-secret-file', this.secret, '--worker', 'simulated',
      '--warm', '4', '--max-workers', '60', '--worker-ports', `${this.base + 100 + 200 * i}-${this.base + 299 + 200 * i}`,
      '--run-dir', join(this.folder, `run-${name}`), '--data-dir', join(this.folder, `data-${name}`), ...this.options, ...more,
    ];
    const [program, all] = this.network
      ? ['ip', ['netns', 'exec', this.network.spaces[i], this.program, ...args]]
      : [this.program, args];
    node.before = this.logOf(node).length;
    node.process = start(program, all, { log: node.log, env: this.environments[i] });
    this.nodes[i] = node;
    return node;
  }

  logOf(node) {
    try {
      return readFileSync(node.log, 'utf8');
    } catch {
      return '';
    }
  }

  kill(i) { return kill(this.nodes[i].process); }

  others(...without) { return this.nodes.filter((node) => !without.includes(node.i)); }

  // Every node lists every node as active.
  allKnow(seconds = 90) {
    return until('all nodes know each other', async () => {
      const lists = await Promise.all(this.nodes.map((node) => this.list(node)));
      for (const entry of lists[0]) {
        const node = this.nodes.find((each) => each.name === entry.name);
        if (node) node.number = entry.number;
      }
      return lists.every((list) => list.filter((entry) => entry.state === 'active').length === this.nodes.length);
    }, seconds, 0.1);
  }

  async list(node) { return (await call(node, 'GET', '/nodes', 4)).json?.nodes ?? []; }

  ownerOf(session) { return this.nodes.find((node) => node.number === numberOf(session)); }

  // This many sessions on each node, or on some.
  async hold(each, on = this.nodes.map(({ i }) => i)) {
    const held = [];
    for (const node of on.map((i) => this.nodes[i])) {
      for (let count = 0; count < each;) {
        const { status, json } = await call(node, 'POST', '/sessions', 30);
        if (status === 201 && this.ownerOf(json.id) === node && ++count) held.push({ id: json.id, owner: node.i });
        else if (status === 201) await call(node, 'DELETE', `/sessions/${json.id}`);
        else await pause(0.2);
      }
    }
    return held;
  }

  async stop() {
    for (const node of this.nodes) if (isAlive(node.process)) node.process.kill('SIGCONT');
    await Promise.all(this.nodes.map((node) => kill(node.process)));
    await this.table?.kill();
    killAllOf(this.folder);
    await pause(0.2);
    killAllOf(this.folder); // Workers that were starting.
    await this.network?.remove();
    if (process.env.KEEP) console.error(`kept: ${this.folder}`);
    else rmSync(this.folder, { recursive: true, force: true });
  }
}

// Below those that the kernel gives to clients.
async function freePorts() {
  for (let tries = 0; tries < 50; tries++) {
    const base = 10_000 + 1000 * Math.floor(Math.random() * 22);
    const wanted = [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 100, 300, 500].map((more) => base + more);
    if ((await Promise.all(wanted.map(isFree))).every(Boolean)) return base;
  }
  throw new Error('no free ports');
}

function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
