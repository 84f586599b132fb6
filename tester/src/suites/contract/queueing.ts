import { fill, limits, queueBecomes } from '../../api/full-pool.ts';
import { check, skip } from '../../check.ts';
import type { Test, TestContext } from '../../suite.ts';
import { sleep } from '../../wait.ts';
import { mustBeProblem } from './problem.ts';

const mostQueued = 64;

export const queueing: Test[] = [
  {
    name: 'Creates beyond the last worker wait, and the first to wait is the first served',
    async run(context) {
      const { max, limit } = await limits(context);
      if (limit < 2) skip(`the queue of this server holds ${limit}; run it with --queue-limit 2 or more`);
      const held = await fill(context, max);
      const order: number[] = [];
      const waiting: Promise<void>[] = [];
      for (const place of [1, 2]) {
        const served = async () => {
          const session = await context.sessions.create({ place });
          order.push(place);
          await context.sessions.mustShow(session, 'that had to wait');
        };
        const wait = served();
        // The create may fail while this test still awaits something else.
        wait.catch(() => undefined);
        waiting.push(wait);
        await queueBecomes(context, place, 2_000);
      }
      await context.sessions.delete(held[0]!.id);
      await Promise.race([waiting[0], sleep(10_000)]);
      check(order[0] === 1, `after one DELETE ${order[0] === 2 ? 'the second to wait was served first' : 'none was served within 10 s'}`);
      await context.sessions.delete(held[1]?.id ?? held[0]!.id);
      if (held.length === 1) await context.sessions.release();
      await Promise.all(waiting);
    },
  },
  {
    name: 'A full queue is 503 with Retry-After',
    async run(context) {
      const { max, limit } = await limits(context);
      if (limit > mostQueued) skip(`the queue of this server holds ${limit}; run it with --queue-limit ${mostQueued} or less`);
      await fill(context, max);
      const waiting = Array.from({ length: limit }, () => context.sessions.post('{}').catch(() => undefined));
      await queueBecomes(context, limit, 5_000);
      const started = performance.now();
      const refused = await context.sessions.post('{}');
      check(performance.now() - started < 1_500, `the refusal took ${Math.round(performance.now() - started)} ms`);
      mustBeProblem(refused, 503);
      check(Number(refused.header('retry-after')) >= 0, `Retry-After is '${refused.header('retry-after')}'`);
      await drain(context, waiting);
    },
  },
];

/** Ends the sessions of all waiting creates: each session that ends lets the next waiting create proceed. */
async function drain({ sessions }: TestContext, waiting: Promise<unknown>[]): Promise<void> {
  let settled = false;
  const all = Promise.all(waiting).then(() => (settled = true));
  while (!settled) {
    await sessions.release();
    await Promise.race([all, sleep(50)]);
  }
}
