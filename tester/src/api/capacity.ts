import { fail } from '../check.ts';
import type { TestContext } from '../suite.ts';
import { inParallel } from '../wait.ts';

export const recoveryMs = 30_000;

/** The number of usable workers that must be available again after a fault. Call this before the fault. */
export async function capacityToRegain({ pool }: TestContext): Promise<number> {
  const now = (await pool.settled()).length;
  return Math.max(1, Math.min(now, await pool.usableAtStart()));
}

/** Waits for full capacity after a fault at `since` and returns the elapsed milliseconds. */
export async function mustRegain(context: TestContext, target: number, since: number): Promise<number> {
  if (await context.pool.regains(target, recoveryMs)) return performance.now() - since;
  // A pool that had grown may shrink meanwhile by design. In that case it must still be able to hold as many workers.
  const shown = await context.pool.describe();
  try {
    const held = await inParallel(target, target, (index) => context.sessions.create({ capacity: index }));
    await inParallel(target, target, (index) => context.sessions.mustShow(held[index]!, 'held for capacity'));
  } catch (error) {
    fail(`${target} workers were usable before, after ${recoveryMs / 1_000} s: ${shown}; and ${(error as Error).message}`);
  }
  return performance.now() - since;
}
