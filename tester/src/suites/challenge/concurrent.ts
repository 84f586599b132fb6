import { check } from '../../check.ts';
import type { TestContext } from '../../suite.ts';
import { inParallel } from '../../wait.ts';

const parallel = 10;

export async function concurrentSessions({ sessions, figure }: TestContext): Promise<void> {
  const started = performance.now();
  const created = await inParallel(parallel, parallel, (index) => sessions.create({ user: `user-${index}`, secret: index * 7_919 }));
  figure('created in', performance.now() - started, 'ms');
  const distinct = new Set(created.map((session) => session.id)).size;
  check(distinct === parallel, `${parallel} creates gave only ${distinct} distinct ids`);

  // The second round shows that no GET of the first round has disturbed another session.
  for (const round of ['at the same time', 'a second time']) {
    await inParallel(parallel, parallel, (index) => sessions.mustShow(created[index]!, round));
  }

  const first = await sessions.delete(created[0]!.id);
  check(first.status === 204, `DELETE of one answered ${first}, expected 204`);
  await inParallel(parallel - 1, parallel, (index) => sessions.mustShow(created[index + 1]!, 'after the DELETE of another'));
}
