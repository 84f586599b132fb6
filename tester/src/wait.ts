export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

/** Sleeps until `ms` milliseconds after `start`, on the clock of performance.now(). */
export function sleepUntil(start: number, ms: number): Promise<void> {
  return sleep(start + ms - performance.now());
}

export interface Poll {
  withinMs: number;
  everyMs?: number;
}

/** Calls `ask` until the result is not undefined; undefined once the time is over. */
export async function poll<T>(ask: () => Promise<T | undefined>, { withinMs, everyMs = 50 }: Poll): Promise<T | undefined> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() >= end) return undefined;
    await sleep(everyMs);
  }
}

/** Runs `work` over 0..count-1, at most `limit` at a time; after the first error, no further work starts. */
export async function inParallel<T>(count: number, limit: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results = new Array<T>(count);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      try {
        results[index] = await work(index);
      } catch (error) {
        next = count;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(limit, count) }, lane));
  for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}
