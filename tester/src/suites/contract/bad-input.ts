import { check, equal } from '../../check.ts';
import { NoReply, type Reply } from '../../http/reply.ts';
import type { TestContext } from '../../suite.ts';
import { mustBeProblem, mustNotTellStack } from './problem.ts';

/** The contract says "within a second"; a busy machine gets half a second more. */
export const promptMs = 1_500;

export interface Refusal {
  statuses: number[];
  /** True if the HTTP server itself refuses, below the application; such a refusal has no problem document. */
  byServer?: boolean;
}

/** Sends bad input and requires a prompt and clear 4xx that has not touched any worker. */
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
 * Requires the same workers with the same processes before and after. A pool may also grow or shrink by itself, so a difference is
 * checked a second time: an input that really touches workers does so again.
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
