import { listSessions } from '../../api/listing.ts';
import { seededRandom } from '../../stats/random.ts';
import type { TestContext } from '../../suite.ts';
import { inParallel, sleep } from '../../wait.ts';
import { runCycle } from './cycle.ts';
import { Tally } from './tally.ts';

const sampleEveryMs = 100;

/** All cycles, with a look at GET /sessions ten times a second beside them. */
export async function runLoad(context: TestContext): Promise<Tally> {
  const { sessions, options, pool } = context;
  const tally = new Tally();
  const random = seededRandom(options.seed);
  let running = true;
  context.onCleanup(() => (running = false));
  const sampling = (await pool.isVisible()) ? sampleSessions(context, tally, () => running) : Promise.resolve();
  // It may fail long before anyone awaits it.
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

/** No two live sessions may ever name the same worker. */
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
