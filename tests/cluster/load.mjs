// Creates and deletes at a steady rate through some nodes, as clients that know nothing of the cluster.
import { call, now, numberOf, pause } from './api.mjs';

const DELETE_TRIES = 12;

export class Load {
  made = 0; // Creates answered with 2xx.
  unavailable = 0; // With 503 and Retry-After.
  deletes = { made: 0, unavailable: 0 };
  failures = {}; // All else, by what it was.
  lost = []; // Sessions of living nodes that ended by themselves.
  revived = []; // Sessions that were found after their end.
  waits = []; // Seconds of each create that was answered with 2xx.
  isOver = false;

  // `excused` are the numbers of nodes whose own sessions may be lost.
  constructor(through, { perSecond = 20, excused = [] } = {}) {
    Object.assign(this, { through, perSecond, excused });
    this.whole = this.run();
  }

  async run() {
    const began = now();
    const cycles = [];
    for (let i = 0; !this.isOver; i++) {
      cycles.push(this.cycle(i));
      await pause(Math.max(0, began + (i + 1) / this.perSecond - now()));
    }
    await Promise.all(cycles);
  }

  async stop() {
    this.isOver = true;
    await this.whole;
  }

  async cycle(i) {
    const began = now();
    const created = await call(this.at(i), 'POST', '/sessions', 40);
    if (created.status === 503 && created.mayRetry) this.unavailable++;
    else if (created.status !== 201) this.fail('create', created);
    else {
      this.made++;
      this.waits.push(now() - began);
      await this.end(created.json.id, i);
    }
  }

  at(i) { return this.through[i % this.through.length]; }

  async end(id, i) {
    const isOfLiving = !this.excused.includes(numberOf(id));
    for (let tries = 0; tries < DELETE_TRIES; tries++) {
      const { status, mayRetry, json, error } = await call(this.at(i + 1 + tries), 'DELETE', `/sessions/${id}`);
      if (status === 204) {
        this.deletes.made++;
        const after = await call(this.at(i + tries), 'GET', `/sessions/${id}`);
        if (after.status === 200) this.revived.push(id);
        return;
      }
      if (status === 404) {
        if (isOfLiving && json?.reason !== 'deleted') this.lost.push(`${id}: ${json?.reason}`);
        return;
      }
      if (status === 503 && mayRetry) this.deletes.unavailable++;
      else if (isOfLiving) this.fail('delete', { status, error });
      await pause(1);
    }
  }

  fail(what, { status, error, json }) {
    const name = `${what}: ${status || error}${json?.detail ? ` ${json.detail}` : ''}`;
    this.failures[name] = (this.failures[name] ?? 0) + 1;
  }

  get failed() { return Object.values(this.failures).reduce((sum, count) => sum + count, 0); }

  get longest() { return Math.max(0, ...this.waits); }
}
