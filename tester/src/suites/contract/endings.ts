import { check } from '../../check.ts';
import { awaitLoss } from '../../api/loss.ts';
import { formatDuration } from '../../duration.ts';
import type { Test } from '../../suite.ts';
import { sleep } from '../../wait.ts';
import { mustBeProblem } from './problem.ts';

const needReasons = 'so its 404s give no reasons';

export const endings: Test[] = [
  {
    name: 'A deleted session is 404 with reason deleted',
    async run({ sessions, pool }) {
      await pool.need(needReasons);
      const { id } = await sessions.create({});
      check((await sessions.delete(id)).status === 204, 'DELETE is no 204');
      mustBeProblem(await sessions.get(id), 404, 'deleted');
      mustBeProblem(await sessions.delete(id), 404, 'deleted');
    },
  },
  {
    name: 'A session whose worker is stopped is 404 with reason worker_lost, or restored',
    async run({ client, sessions, pool, figure }) {
      await pool.need(needReasons);
      const session = await sessions.create({ lost: true });
      const worker = await pool.workerOf(session.id);
      check((await client.request('DELETE', `/workers/${worker.id}`)).ok, 'DELETE of its worker is no 2xx');
      const loss = await awaitLoss(sessions, session, 5_000);
      check(loss, 'the session was neither ended nor restored within 5 s');
      if (!loss.restored) mustBeProblem(await sessions.get(session.id), 404, 'worker_lost');
      figure(loss.restored ? 'restored after' : '404 after', loss.afterMs, 'ms');
    },
  },
  {
    name: 'An expired session is 404 with reason expired',
    async run({ sessions, pool, options: { ttlMs }, figure }) {
      await pool.need(needReasons);
      const session = await sessions.create({});
      const before = performance.now();
      await sessions.mustShow(session, 'at once');
      const after = performance.now();
      // The contract requires the exact time; the margin covers only the network round trip.
      await sleep(after + ttlMs + 20 - performance.now());
      const reply = await sessions.get(session.id);
      mustBeProblem(reply, 404, 'expired');
      mustBeProblem(await sessions.delete(session.id), 404, 'expired');
      check(performance.now() - before >= ttlMs, `the wait was shorter than ${formatDuration(ttlMs)}`);
      figure('404 at', (performance.now() - after) / 1_000, 's');
    },
  },
  {
    name: 'A session idle for just less than the TTL is 200',
    async run({ sessions, options: { ttlMs } }) {
      const session = await sessions.create({});
      const before = performance.now();
      await sessions.mustShow(session, 'at once');
      const spare = Math.min(100, ttlMs / 10);
      await sleep(before + ttlMs - spare - performance.now());
      await sessions.mustShow(session, `idle for the TTL less ${spare} ms,`);
    },
  },
];
