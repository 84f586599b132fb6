import { randomUUID } from 'node:crypto';
import { check, equal } from '../../check.ts';
import { refusalOf, refused, SteelUser } from '../../clients/steel.ts';
import type { Test, TestContext } from '../../suite.ts';
import { sleep } from '../../wait.ts';
import { becomes } from './bench.ts';

async function released(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const { id } = await user.create();
  const first = (await user.retrieve(id)).duration;
  await sleep(50);
  check((await user.retrieve(id)).duration > first, 'duration of a live session does not grow');

  await user.release(id);
  const ended = await user.retrieve(id);
  equal(ended.status, 'released', 'status after release');
  await sleep(100);
  equal((await user.retrieve(id)).duration, ended.duration, 'duration of a released session, a little later');
}

async function twice(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const { id } = await user.create();
  await user.release(id);
  // A second release may be a success or a 404, but not a server error.
  const again = await user.sdk.sessions.release(id, { maxRetries: 0 }).catch(refusalOf);
  check('success' in again || again.status === 404, `a second release was refused: ${'message' in again ? again.message : ''}`);
  equal((await user.retrieve(id)).status, 'released', 'status after two releases');
}

async function unknown(context: TestContext): Promise<void> {
  const { sdk } = await SteelUser.start(context);
  const id = randomUUID();
  const calls: [string, () => PromiseLike<unknown>][] = [
    ['retrieve', () => sdk.sessions.retrieve(id)],
    ['release', () => sdk.sessions.release(id)],
    ['context', () => sdk.sessions.context(id)],
    ['liveDetails', () => sdk.sessions.liveDetails(id)],
  ];
  for (const [name, call] of calls) {
    const { status, message } = await refused(`${name} of an unknown session`, call);
    equal(status, 404, `${name} of an unknown session (${message})`);
  }
}

async function all(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const ids = [(await user.create()).id, (await user.create()).id];
  const reply = await user.sdk.sessions.releaseAll();
  equal(reply.success, true, 'success of releaseAll');
  for (const id of ids) await becomes(user, id, 'released');
}

async function events(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const { id } = await user.create();
  check(Array.isArray(await user.sdk.sessions.events(id)), 'events are no array');
}

export const ending: Test[] = [
  { name: 'Release ends a session: its status says so and its duration stops', run: released },
  { name: 'A second release does no harm', run: twice },
  { name: 'Calls for an unknown session are 404', run: unknown },
  { name: 'releaseAll ends all of them', run: all },
  { name: 'Events are a list', run: events },
];
