import { capacityToRegain, mustRegain } from '../../api/capacity.ts';
import { awaitLoss } from '../../api/loss.ts';
import { watch } from '../../api/watch.ts';
import { check } from '../../check.ts';
import type { TestContext } from '../../suite.ts';
import { reach } from './reach.ts';

const endedWithinMs = 1_000;

export async function killLeased(context: TestContext): Promise<void> {
  const { sessions, pool, figure } = context;
  await pool.need('which tells pids');
  const bystander = await sessions.create({ role: 'bystander' });
  const session = await sessions.create({ role: 'victim' });
  const watching = watch(context, [bystander], 'of a bystander');
  const target = await capacityToRegain(context);
  const victim = reach(context, await pool.workerOf(session.id));

  const since = performance.now();
  victim.send('SIGKILL');
  const loss = await awaitLoss(sessions, session, 5_000);
  check(loss, 'the session was neither ended (404) nor restored within 5 s');
  figure(loss.restored ? 'restored after' : '404 after', loss.afterMs, 'ms');
  // A restore waits for a worker. An end only needs the notification that the worker is gone.
  check(loss.restored || loss.afterMs <= endedWithinMs, `the 404 came after ${Math.round(loss.afterMs)} ms, expected ${endedWithinMs} ms`);

  figure('full capacity after', await mustRegain(context, target, since), 'ms');
  await watching.end();
  check(!victim.exists, `process ${victim.pid} was not reaped`);
  if (!loss.restored) await sessions.mustBeGone(session.id, 'after the recovery');
}
