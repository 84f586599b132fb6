import { check } from '../../check.ts';
import { formatDuration } from '../../duration.ts';
import type { TestContext } from '../../suite.ts';
import { sleepUntil } from '../../wait.ts';

/**
 * A GET is activity, so a session that is queried is no longer idle. Therefore the test uses three sessions: one is left alone and
 * must be gone just after the TTL, one is left alone and must still exist just before it, and one is kept alive by a GET halfway.
 */
export async function ttlExpiration({ sessions, options: { ttlMs }, figure }: TestContext): Promise<void> {
  const margin = Math.min(1_000, ttlMs / 5);
  const beforeFirst = performance.now();
  const early = await sessions.create({ role: 'looked at just before the TTL' });
  const touched = await sessions.create({ role: 'looked at half-way' });
  const idle = await sessions.create({ role: 'left alone' });
  const afterLast = performance.now();

  await sleepUntil(beforeFirst, ttlMs / 2);
  await sessions.mustShow(touched, 'half-way through the TTL');

  await sleepUntil(beforeFirst, ttlMs - margin);
  await sessions.mustShow(early, `idle for ${formatDuration(ttlMs - margin)}, less than the TTL,`);

  await sleepUntil(afterLast, ttlMs + margin);
  const gone = await sessions.get(idle.id);
  const waited = performance.now() - afterLast;
  check(gone.status === 404, `GET of a session idle for ${formatDuration(waited)} answered ${gone}, expected 404`);
  await sessions.mustShow(touched, 'that was used half-way, after the TTL counted from its create,');

  const deleted = await sessions.delete(idle.id);
  check(deleted.status === 404, `DELETE of an expired session answered ${deleted}, expected 404`);
  await sessions.mustBeGone(idle.id, 'once expired, asked again');
  figure('idle at the 404', waited / 1_000, 's');
}
