import { capacityToRegain, mustRegain } from '../../api/capacity.ts';
import { watch } from '../../api/watch.ts';
import { check } from '../../check.ts';
import type { TestContext } from '../../suite.ts';
import { inParallel, poll, sleep } from '../../wait.ts';
import { reach } from './reach.ts';

const answeredWithinMs = 5_000;
const goneWithinMs = 6_000;
/** Shorter than the time to detect a hang: a GET of another session that waited for the stopped worker would take longer. */
const unaffectedMs = 2_000;

export async function stopLeased(context: TestContext): Promise<void> {
  const { sessions, pool, figure, onCleanup } = context;
  await pool.need('which tells pids');
  const session = await sessions.create({ role: 'victim' });
  const others = await inParallel(3, 3, (index) => sessions.create({ other: index }));
  const target = await capacityToRegain(context);
  const victim = reach(context, await pool.workerOf(session.id));

  const watching = watch(context, others, 'beside a stopped worker');
  onCleanup(() => victim.send('SIGCONT'));
  const since = performance.now();
  victim.send('SIGSTOP');

  await sleep(50);
  const reply = await sessions.get(session.id, { deadlineMs: answeredWithinMs });
  check(reply.status !== 200 && reply.status !== 500, `GET at a stopped worker answered ${reply}`);
  figure(`${reply.status} after`, performance.now() - since, 'ms');

  const gone = await poll(async () => (victim.exists ? undefined : true), { withinMs: goneWithinMs - (performance.now() - since) });
  check(gone, `process ${victim.pid} still exists ${goneWithinMs / 1_000} s after SIGSTOP`);
  figure('process gone after', performance.now() - since, 'ms');

  const latencies = await watching.end();
  figure('p99 of others', latencies.atMs(99), 'ms');
  figure('max of others', latencies.maxMs, 'ms');
  check(latencies.maxMs <= unaffectedMs, `a GET of another session took ${Math.round(latencies.maxMs)} ms meanwhile`);
  figure('full capacity after', await mustRegain(context, target, since), 'ms');
}
