import { check, equal, field, isObject, show } from '../../check.ts';
import { listRaw, listSessions } from '../../api/listing.ts';
import type { HttpClient } from '../../http/client.ts';
import type { Test } from '../../suite.ts';
import { sleep } from '../../wait.ts';

/** One item of the list, with every field checked. */
async function listed(client: HttpClient, id: string) {
  const item = (await listRaw(client)).find((each) => isObject(each) && each['id'] === id);
  check(isObject(item), 'the list lacks a live session');
  equal(field(item, 'state', 'string'), 'live', 'state in the list');
  check(Number.isFinite(Date.parse(field(item, 'created_at', 'string'))), `created_at is no time in ${show(item)}`);
  check(['string', 'number'].includes(typeof item['node']), `'node' is neither name nor number in ${show(item)}`);
  equal(field(item, 'restarts', 'number'), 0, 'restarts of a fresh session');
  return {
    workerId: field(item, 'worker_id', 'string'),
    idle: field(item, 'idle_seconds', 'number'),
    remaining: field(item, 'remaining_seconds', 'number'),
  };
}

export const listing: Test[] = [
  {
    name: 'GET /sessions lists the live ones with their workers',
    async run({ client, sessions, pool, options: { ttlMs } }) {
      await pool.need('so no GET /sessions either');
      const kept = await sessions.create({ n: 1 });
      const ended = await sessions.create({ n: 2 });
      await sessions.delete(ended.id);
      check(!(await listSessions(client)).some(({ id }) => id === ended.id), 'the list still has a deleted session');
      const own = await listed(client, kept.id);
      equal(own.workerId, (await pool.workerOf(kept.id)).id, 'worker_id in the list and in GET /workers');
      check(own.idle >= 0 && own.idle < 5, `idle_seconds of a fresh session is ${own.idle}`);
      const { remaining } = own;
      check(remaining > 0 && remaining <= ttlMs / 1_000 + 0.01, `remaining_seconds is ${remaining}, --ttl is ${ttlMs / 1_000} s`);
    },
  },
  {
    name: 'Listing sessions is no activity, a GET of one is',
    async run({ client, sessions, pool, options: { ttlMs } }) {
      await pool.need('so no GET /sessions either');
      const { id } = await sessions.create({});
      const remaining = async () => (await listed(client, id)).remaining;
      const pause = Math.min(1_000, ttlMs / 4);
      const first = await remaining();
      await sleep(pause);
      const second = await remaining();
      check(first - second >= (pause / 1_000) * 0.9, `remaining_seconds went from ${first} to ${second} in ${pause} ms of listing only`);
      await sessions.get(id);
      const third = await remaining();
      check(third > second, `remaining_seconds went from ${second} to ${third} by a GET`);
    },
  },
  {
    name: 'GET /status adds up',
    async run({ client, sessions, pool }) {
      await pool.need('so its status may differ');
      await sessions.create({});
      const reply = await client.request('GET', '/status');
      check(reply.status === 200, `GET /status answered ${reply}`);
      const status = reply.json();
      field(status, 'available', 'boolean');
      check(isObject(status) && status['session_id'] === null, `session_id is not null: ${reply}`);
      const workers = field(status, 'workers', 'object');
      const [ready, leased, starting, stopping, parked, slots, max] = (
        ['ready', 'leased', 'starting', 'stopping', 'parked', 'slots', 'max'] as const
      ).map((name) => field(workers, name, 'number')) as [number, number, number, number, number, number, number];
      equal(
        ready + leased + starting + stopping + parked, slots, `ready + leased + starting + stopping + parked against slots in ${reply}`,
      );
      check(leased >= 1, `one session is live, yet leased is ${leased}`);
      check(slots <= max, `slots ${slots} is over max ${max}`);
      const queue = field(status, 'queue', 'object');
      check(field(queue, 'length', 'number') >= 0 && field(queue, 'limit', 'number') >= 0, `the queue is ${show(queue)}`);
    },
  },
];
