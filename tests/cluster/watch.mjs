// Looks all the time, through all nodes, at sessions that are held, at the list of nodes, and at who has which worker.
import { call, now, pause } from './api.mjs';

const PERIOD = 0.4;

export class Watch {
  isOver = false;
  violations = [];
  gone = new Map(); // By session, when the first 404 was there.
  first404 = new Map(); // By node and session, since it is 404 and nothing else.
  unavailable = new Map(); // By node and session, since the mark.
  answers = new Map(); // The last by node and session.
  unlisted = new Map(); // By node and node: since when it is not listed as active.
  began = now();

  constructor(cluster, held) {
    Object.assign(this, { cluster, held });
    this.loops = cluster.nodes.flatMap((_, i) => [
      ...held.map((session) => this.loop(i, () => this.lookAt(i, session))),
      this.loop(i, () => this.lookAtNodes(i)),
      this.loop(i, () => this.lookAtWorkers(i), 1),
    ]);
  }

  // The fault begins now.
  mark() {
    this.began = now();
    for (const map of [this.unavailable, this.unlisted]) map.clear();
  }

  async stop() {
    this.isOver = true;
    await Promise.all(this.loops);
  }

  async loop(i, look, period = PERIOD) {
    await pause(Math.random() * period);
    for (; !this.isOver; await pause(period)) await look();
  }

  async lookAt(i, { id }) {
    const [key, asked] = [`${i} ${id}`, now()];
    const { status } = await call(this.cluster.nodes[i], 'GET', `/sessions/${id}`);
    this.answers.set(key, status);
    if (status === 404) {
      if (!this.gone.has(id)) this.gone.set(id, now());
      if (!this.first404.has(key)) this.first404.set(key, now());
    } else if (status === 200 && asked > this.gone.get(id)) this.violations.push(`${id} was answered with 200 by n${i} after a 404`);
    else if (status === 503 && !this.unavailable.has(key)) this.unavailable.set(key, now());
  }

  async lookAtNodes(i) {
    const { status, json } = await call(this.cluster.nodes[i], 'GET', '/nodes', 4);
    if (status !== 200) return;
    for (const node of this.cluster.nodes) {
      const key = `${i} ${node.i}`;
      const isActive = json.nodes.some((entry) => entry.name === node.name && entry.state === 'active');
      if (!isActive && !this.unlisted.has(key)) this.unlisted.set(key, now());
    }
  }

  async lookAtWorkers(i) {
    const { status, json } = await call(this.cluster.nodes[i], 'GET', '/workers', 6);
    if (status !== 200) return;
    this.violations.push(...doublesIn(json.workers.filter((worker) => worker.session_id)));
  }

  // Until each node of `by` has noticed that `node` is away: lists it so, or answers 503 for one of its sessions.
  noticed(node, by) {
    const times = by.map((i) => Math.min(
      this.unlisted.get(`${i} ${node}`) ?? Infinity,
      ...this.held.filter((session) => session.owner === node).map(({ id }) => this.unavailable.get(`${i} ${id}`) ?? Infinity)));
    return Math.max(...times) === Infinity ? null : Math.max(...times) - this.began;
  }

  // Until each node of `by` answers 404 for all sessions of `node`.
  final(node, by) {
    const times = by.flatMap((i) =>
      this.held.filter((session) => session.owner === node).map(({ id }) => this.first404.get(`${i} ${id}`) ?? Infinity));
    return Math.max(...times) === Infinity ? null : Math.max(...times) - this.began;
  }

  // Until a node itself answers 503 for one of its sessions.
  refused(node) {
    const mine = this.held.filter(({ owner }) => owner === node);
    const first = Math.min(...mine.map(({ id }) => this.unavailable.get(`${node} ${id}`) ?? Infinity));
    return first === Infinity ? null : first - this.began;
  }

  // Held sessions of which somebody has said that they are gone, without those of some nodes.
  lost(excused) { return this.held.filter(({ id, owner }) => !excused.includes(owner) && this.gone.has(id)).map(({ id }) => id); }
}

// What only one worker of a cluster can have. A worker that starts has no pid yet, and an idle one no session.
export function doublesIn(workers) {
  return ['session_id', 'id', 'pid'].flatMap((name) => {
    const seen = workers.map((worker) => worker[name]).filter(Boolean);
    const twice = seen.filter((value, at) => seen.indexOf(value) !== at);
    const having = (value) => JSON.stringify(workers.filter((worker) => worker[name] === value));
    return twice.map((value) => `two workers with ${name} ${value}: ${having(value)}`);
  });
}
