import { check, field, isObject } from '../../check.ts';
import { readSession, sameJson } from '../../api/sessions.ts';
import type { TestContext } from '../../suite.ts';

export async function createSession({ sessions, figure }: TestContext): Promise<void> {
  const data = { user: 'alice', tags: ['a', 'b'], nested: { n: 1.5, none: null, text: 'grüße 🧪' } };
  // The curl commands of the challenge use -d without a content type, which sends a form content type.
  for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
    const reply = await sessions.post(JSON.stringify(data), { headers: { 'content-type': type } });
    check(reply.ok, `POST /sessions as ${type} answered ${reply}, expected 2xx`);
    const answer = reply.json();
    check(field(answer, 'id', 'string') !== '', `the id is empty in ${reply}`);
    check(isObject(answer) && isTimestamp(answer['created_at']), `'created_at' is no time in ${reply}`);
    check(sameJson(answer['data'], data), `'data' is not what was sent: ${reply}`);
    figure('create', reply.elapsedMs, 'ms');
  }
}

/** The challenge shows a string, but its real worker may send a number. */
function isTimestamp(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && value > 0;
  return typeof value === 'string' && Number.isFinite(Date.parse(value));
}

export async function getSession({ sessions, figure }: TestContext): Promise<void> {
  const created = await sessions.create({ user: 'bob', list: [1, 2, 3] });
  for (const when of ['once', 'twice']) {
    const reply = await sessions.mustShow(created, when);
    check(sameJson(readSession(reply).createdAt, created.createdAt), `'created_at' differs from the one of the create: ${reply}`);
    figure('get', reply.elapsedMs, 'ms');
  }
}

export async function deleteSession({ sessions, figure }: TestContext): Promise<void> {
  const doomed = await sessions.create({ user: 'carol' });
  const other = await sessions.create({ user: 'dave' });
  const reply = await sessions.delete(doomed.id);
  check(reply.status === 204, `DELETE answered ${reply}, expected 204`);
  check(reply.body.length === 0, `the 204 has a body: ${reply}`);
  await sessions.mustBeGone(doomed.id, 'after its DELETE');
  const again = await sessions.delete(doomed.id);
  check(again.status === 404, `a second DELETE answered ${again}, expected 404`);
  await sessions.mustShow(other, 'after the DELETE of another');
  figure('delete', reply.elapsedMs, 'ms');
}

export async function missingSession({ sessions }: TestContext): Promise<void> {
  for (const id of ['invalid', 'abc123', '00000000-0000-0000-0000-000000000000', 'nope-'.repeat(20)]) {
    const get = await sessions.get(id);
    check(get.status === 404, `GET /sessions/${id} answered ${get}, expected 404`);
    const gone = await sessions.delete(id);
    check(gone.status === 404, `DELETE /sessions/${id} answered ${gone}, expected 404`);
  }
}
