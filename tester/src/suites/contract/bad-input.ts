import { check, equal } from '../../check.ts';
import { NoReply, type Reply } from '../../http/reply.ts';
import type { TestContext } from '../../suite.ts';
import { mustBeProblem, mustNotTellStack } from './problem.ts';

/** "Within a second", and half of one more for a busy machine. */
export const promptMs = 1_500;

export interface Refusal {
  statuses: number[];
  /** Refusals by the HTTP server itself, below the application, have no problem document. */
  byServer?: boolean;
}

/** Sends something wrong and demands a clear 4xx, soon, that has touched no worker. */
export async function mustRefuse(
  context: TestContext,
  what: string,
  ask: () => Promise<Reply>,
  { statuses, byServer = false }: Refusal,
): Promise<void> {
  await touchesNoWorker(context, what, async () => {
    const started = performance.now();
    const reply = await ask().catch((error: unknown) => {
      if (error instanceof NoReply) check(false, `${what}: ${error.message}, expected ${statuses.join(' or ')}`);
      throw error;
    });
    const elapsed = performance.now() - started;
    context.sessions.remember(reply);
    check(statuses.includes(reply.status), `${what}: answered ${reply}, expected ${statuses.join(' or ')}`);
    check(elapsed <= promptMs, `${what}: the ${reply.status} took ${Math.round(elapsed)} ms, expected at most ${promptMs} ms`);
    mustNotTellStack(reply);
    if (!byServer && (await context.pool.isVisible())) mustBeProblem(reply, reply.status);
  });
}

/**
 * The same workers before and after, with the same processes. A pool may also change by itself, by growing or
 * shrinking, so one difference asks for a second look; an input that really touches workers does it again.
 */
async function touchesNoWorker(context: TestContext, what: string, act: () => Promise<void>): Promise<void> {
  if (!(await context.pool.isVisible())) return act();
  for (let attempt = 1; ; attempt++) {
    const before = await snapshot(context);
    await act();
    const after = await snapshot(context);
    if (before === after) return;
    if (attempt === 2) equal(after, before, `${what}: the workers were touched`);
  }
}

async function snapshot({ pool }: TestContext): Promise<string> {
  const workers = await pool.settled();
  return workers
    .map(({ id, pid, restarts, sessionId }) => `${id} pid ${pid} restarts ${restarts} session ${sessionId}`)
    .sort()
    .join(', ');
}
