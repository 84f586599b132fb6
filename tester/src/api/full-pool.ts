import { check, field, skip } from '../check.ts';
import type { Session } from './sessions.ts';
import type { TestContext } from '../suite.ts';
import { inParallel, poll } from '../wait.ts';

const mostWorkers = 64;

/** The maximum numbers of workers and of queued creates. Skips the test if the pool is too large to fill. */
export async function limits({ client, pool }: TestContext): Promise<{ max: number; limit: number }> {
  await pool.need('so no queue is shown');
  const status = (await client.request('GET', '/status')).json();
  const max = field(field(status, 'workers', 'object'), 'max', 'number');
  const limit = field(field(status, 'queue', 'object'), 'limit', 'number');
  if (max > mostWorkers) skip(`this server may start ${max} workers; run it with --max-workers ${mostWorkers} or fewer`);
  return { max, limit };
}

/** Creates sessions until every worker is leased. */
export async function fill(context: TestContext, max: number): Promise<Session[]> {
  const made = await inParallel(max, max, (index) => context.sessions.create({ index }));
  for (const session of made) await context.sessions.mustShow(session, 'when the pool is full');
  return made;
}

export async function queueBecomes({ client }: TestContext, length: number, withinMs: number): Promise<void> {
  const look = async () => {
    const status = (await client.request('GET', '/status')).json();
    return field(field(status, 'queue', 'object'), 'length', 'number') === length ? true : undefined;
  };
  check(await poll(look, { withinMs }), `the queue does not show ${length} waiting creates within ${withinMs / 1_000} s`);
}
