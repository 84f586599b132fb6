import { capacityToRegain, mustRegain } from '../../api/capacity.ts';
import { awaitLoss } from '../../api/loss.ts';
import { check } from '../../check.ts';
import type { TestContext } from '../../suite.ts';
import { inParallel, poll } from '../../wait.ts';
import { reach } from './reach.ts';

export async function killAll(context: TestContext): Promise<void> {
  const { sessions, pool, figure } = context;
  await pool.need('which tells pids');
  const live = await inParallel(2, 2, (index) => sessions.create({ index }));
  const target = await capacityToRegain(context);
  const victims = (await pool.settled()).map((worker) => reach(context, worker));

  const since = performance.now();
  for (const victim of victims) victim.send('SIGKILL');
  const reaped = await poll(async () => (victims.some((victim) => victim.exists) ? undefined : true), { withinMs: 5_000 });
  check(reaped, `${victims.filter((victim) => victim.exists).length} of ${victims.length} killed processes were not reaped within 5 s`);
  for (const session of live) check(await awaitLoss(sessions, session, 10_000), 'a session outlived all workers for 10 s');

  figure('killed', victims.length, 'workers');
  figure('full capacity after', await mustRegain(context, target, since), 'ms');
  await sessions.mustShow(await sessions.create({ after: 'the fault' }), 'created after the fault');
}
