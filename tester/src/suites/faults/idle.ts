import { capacityToRegain, mustRegain } from '../../api/capacity.ts';
import { watch } from '../../api/watch.ts';
import { check } from '../../check.ts';
import type { TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';
import { idleWorker, reach } from './reach.ts';

export const killIdle = (context: TestContext) => loseIdle(context, 'SIGKILL', 1_000);
export const stopIdle = (context: TestContext) => loseIdle(context, 'SIGSTOP', 8_000);

async function loseIdle(context: TestContext, signal: 'SIGKILL' | 'SIGSTOP', goneWithinMs: number): Promise<void> {
  const { sessions, pool, figure, onCleanup } = context;
  await pool.need('which tells pids');
  const bystander = await sessions.create({ role: 'bystander' });
  const watching = watch(context, [bystander], 'of a bystander');
  const worker = await idleWorker(context);
  const target = await capacityToRegain(context);
  const victim = reach(context, worker);
  onCleanup(() => victim.send('SIGCONT'));

  const since = performance.now();
  victim.send(signal);
  const gone = await poll(async () => (victim.exists ? undefined : true), { withinMs: goneWithinMs, everyMs: 5 });
  check(gone, `process ${victim.pid} still exists ${goneWithinMs / 1_000} s after ${signal}`);
  figure('process gone after', performance.now() - since, 'ms');

  const forgotten = await poll(async () => ((await pool.workers()).some(({ id }) => id === worker.id) ? undefined : true), {
    withinMs: 2_000,
  });
  check(forgotten, `GET /workers still names worker ${worker.id}, whose process has exited`);
  figure('full capacity after', await mustRegain(context, target, since), 'ms');
  await watching.end();
}
