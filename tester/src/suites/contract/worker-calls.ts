import { check, equal, field, isObject, show } from '../../check.ts';
import type { Test } from '../../suite.ts';
import { poll } from '../../wait.ts';
import { mustBeProblem } from './problem.ts';

const states = ['starting', 'ready', 'leased', 'stopping'];

export const workerCalls: Test[] = [
  {
    name: 'GET /workers tells each worker once',
    async run({ client, sessions, pool }) {
      await pool.need('which this is about');
      const { id } = await sessions.create({});
      const reply = await client.request('GET', '/workers');
      const answer = reply.json();
      const workers = isObject(answer) && Array.isArray(answer['workers']) ? (answer['workers'] as unknown[]) : [];
      for (const worker of workers) {
        const state = field(worker, 'state', 'string');
        check(states.includes(state), `'${state}' is no state of a worker`);
        if (state === 'starting') continue;
        check(field(worker, 'pid', 'number') > 0 && field(worker, 'port', 'number') > 0, `pid and port in ${show(worker)}`);
        check(field(worker, 'restarts', 'number') >= 0, `restarts in ${show(worker)}`);
        check(isObject(worker) && 'last_exit' in worker && 'memory_bytes' in worker, `last_exit and memory_bytes in ${show(worker)}`);
      }
      for (const name of ['id', 'pid', 'port']) {
        const values = workers.map((worker) => isObject(worker) && worker[name]).filter((value) => value !== null && value !== 0);
        equal(new Set(values).size, values.length, `distinct ${name}s`);
      }
      const own = workers.filter((worker) => isObject(worker) && worker['session_id'] === id);
      equal(own.length, 1, 'workers that name the one session');
      equal(field(own[0], 'state', 'string'), 'leased', 'the state of its worker');
    },
  },
  {
    name: 'DELETE of an unknown worker is 404',
    async run({ client, pool }) {
      await pool.need('which this is about');
      for (const id of ['invalid', '00000000-0000-0000-0000-000000000000', '%00']) {
        const reply = await client.request('DELETE', `/workers/${id}`);
        if (id === '%00') check(reply.status === 400 || reply.status === 404, `DELETE /workers/%00 answered ${reply}`);
        else mustBeProblem(reply, 404);
      }
    },
  },
  {
    name: 'DELETE of a worker stops it, and another takes its place',
    async run({ client, pool, figure }) {
      await pool.need('which this is about');
      const before = await pool.settled();
      const worker = before.find((candidate) => candidate.state === 'ready');
      check(worker, 'no worker is ready');
      const started = performance.now();
      const reply = await client.request('DELETE', `/workers/${worker.id}`);
      check(reply.ok, `DELETE of a worker answered ${reply}`);
      const replaced = await poll(
        async () => {
          const now = await pool.workers();
          const gone = !now.some(({ id, pid }) => id === worker.id || pid === worker.pid);
          return gone && now.some(({ state }) => state === 'ready') ? true : undefined;
        },
        { withinMs: 15_000 },
      );
      check(replaced, 'after 15 s the worker is still listed, or none is ready');
      figure('replaced after', performance.now() - started, 'ms');
    },
  },
];
