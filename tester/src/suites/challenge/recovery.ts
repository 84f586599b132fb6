import { capacityToRegain, mustRegain } from '../../api/capacity.ts';
import { awaitLoss } from '../../api/loss.ts';
import { watch } from '../../api/watch.ts';
import { check, skip } from '../../check.ts';
import { Victim } from '../../os/victim.ts';
import type { TestContext } from '../../suite.ts';

export async function workerRecovery(context: TestContext): Promise<void> {
  const { sessions, pool, client, figure } = context;
  await pool.need('which tells whose worker to kill');
  const bystanders = [await sessions.create({ bystander: 1 }), await sessions.create({ bystander: 2 })];
  const victim = await sessions.create({ victim: true });
  const watching = watch(context, bystanders, 'of a bystander of the fault');
  const target = await capacityToRegain(context);
  const worker = await pool.workerOf(victim.id);

  const process = Victim.find(client.base, worker);
  const how = process ? `kill -9 of its worker (pid ${process.pid})` : `DELETE /workers/${worker.id}`;
  const since = performance.now();
  if (process) {
    process.send('SIGKILL');
  } else {
    const reply = await client.request('DELETE', `/workers/${worker.id}`);
    if (reply.status === 405 || reply.status === 501)
      skip(`the worker's process is not on this machine, and ${how} answers ${reply.status}`);
    check(reply.ok, `${how} answered ${reply}`);
  }

  const loss = await awaitLoss(sessions, victim, 5_000);
  check(loss, `the session was neither ended (404) nor restored within 5 s of ${how}`);
  figure(loss.restored ? 'restored after' : '404 after', loss.afterMs, 'ms');

  figure('full capacity after', await mustRegain(context, target, since), 'ms');
  await sessions.mustShow(await sessions.create({ after: 'the fault' }), 'created after the fault');
  await watching.end();
}
