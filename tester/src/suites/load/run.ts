import { listSessions } from '../../api/listing.ts';
import { seededRandom } from '../../stats/random.ts';
import type { TestContext } from '../../suite.ts';
import { inParallel, sleep } from '../../wait.ts';
import { runCycle } from './cycle.ts';
import { Tally } from './tally.ts';

const sampleEveryMs = 100;

/** Runs all cycles, and checks GET /sessions ten times a second meanwhile. */
export async function runLoad(context: TestContext): Promise<Tally> {
  const { sessions, options, pool } = context;
  const tally = new Tally();
  const random = seededRandom(options.seed);
  let running = true;
  context.onCleanup(() => (running = false));
  const sampling = (await pool.isVisible()) ? sampleSessions(context, tally, () => running) : Promise.resolve();
  // The sampling may fail long before it is awaited.
  const sampler = Promise.allSettled([sampling]);
  const started = performance.now();
  try {
    await inParallel(options.cycles, options.concurrency, (cycle) => {
      if (!running) return Promise.resolve();
      return runCycle(sessions, tally, { cycle, secret: random(), filler: 'x'.repeat(Math.floor(random() * 200)) });
    });
    tally.durationMs = performance.now() - started;
  } finally {
    running = false;
    for (const outcome of await sampler) if (outcome.status === 'rejected') tally.unexpected.push(`sampling: ${outcome.reason}`);
  }
  return tally;
}

/** No two live sessions may name the same worker at any time. */
async function sampleSessions({ client }: TestContext, tally: Tally, running: () => boolean): Promise<void> {
  while (running()) {
    const owners = new Map<string, string>();
    for (const { id, workerId } of await listSessions(client)) {
      const other = owners.get(workerId);
      if (other !== undefined) tally.doubled.push(`sessions ${other} and ${id} share worker ${workerId}`);
      owners.set(workerId, id);
    }
    tally.samples++;
    await sleep(sampleEveryMs);
  }
}
