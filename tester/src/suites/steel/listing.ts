import { randomUUID } from 'node:crypto';
import { check, equal, skip } from '../../check.ts';
import { SteelUser } from '../../clients/steel.ts';
import type { Test, TestContext } from '../../suite.ts';
import { inParallel } from '../../wait.ts';
import { listOwn } from './bench.ts';

/** The number of sessions at a time. Released sessions are listed too, so a small pool is enough. */
const atOnce = 3;

async function createReleased(user: SteelUser, count: number): Promise<string[]> {
  return inParallel(count, atOnce, async () => {
    const { id } = await user.create();
    await user.release(id);
    return id;
  });
}

/** Reads all pages in order: they must list exactly these sessions, the newest first, and end. */
async function mustList(user: SteelUser, expected: string[], limit?: number): Promise<void> {
  const found = await listOwn(user, limit === undefined ? {} : { limit });
  equal(found.map(({ id }) => id).sort(), [...expected].sort(), `the ids in the list of ${expected.length}`);
  const times = found.map(({ createdAt }) => Date.parse(createdAt));
  check(times.every((time, place) => place === 0 || time <= times[place - 1]!), 'the list is not in the order of creation, newest first');
}

async function pages(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const made: string[] = [];
  for (const count of [0, 1, 50, 51]) {
    made.push(...(await createReleased(user, count - made.length)));
    await mustList(user, made);
  }
  await mustList(user, made, 20);
}

async function manyPages(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const probe = await user.create();
  const reply = await context.client.request('GET', `/sessions/${probe.id}/json/version`);
  if (reply.status !== 501) skip('130 browsers take long; run the server with --worker simulated');
  await user.release(probe.id);
  await mustList(user, [probe.id, ...(await createReleased(user, 129))]);
}

async function byStatus(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const live = await user.create();
  const ended = await user.create();
  await user.release(ended.id);
  for (const [status, id] of [
    ['live', live.id],
    ['released', ended.id],
  ] as const) {
    const page = await user.sdk.sessions.list(user.own({ status }));
    equal(page.sessions.map((session) => session.id), [id], `the list with status=${status}`);
    equal(page.sessions[0]?.status, status, 'status in it');
  }
  equal((await user.sdk.sessions.list(user.own({ status: 'failed' }))).sessions, [], 'the list with status=failed');
}

async function byMetadata(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const [one, other] = [
    await user.create({ metadata: { job: 'a b&c', kind: 'x' } }),
    await user.create({ metadata: { job: 'd', kind: 'x' } }),
  ];
  const list = async (query: Record<string, string>) =>
    (await user.sdk.sessions.list(user.own(query as object))).sessions.map(({ id }) => id);
  equal(await list({ 'metadata[job]': 'a b&c' }), [one.id], 'the list of one job');
  equal(await list({ 'metadata[kind]': 'x' }), [other.id, one.id], 'the list of a kind, newest first');
  equal(await list({ 'metadata[kind]': 'x', 'metadata[job]': 'd' }), [other.id], 'the list by two keys');
  equal(await list({ 'metadata[job]': randomUUID() }), [], 'the list of an unknown job');
}

export const listing: Test[] = [
  { name: 'for await over the list ends, and yields each of 0, 1, 50 and 51 sessions once', run: pages, deadlineMs: 300_000 },
  { name: 'So it does with 130', run: manyPages, deadlineMs: 300_000 },
  { name: 'The list filters by status', run: byStatus },
  { name: 'The list filters by metadata', run: byMetadata },
];
