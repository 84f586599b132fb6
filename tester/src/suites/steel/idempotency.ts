import { randomUUID } from 'node:crypto';
import { check, equal, isObject } from '../../check.ts';
import { refused, sdkAt, SteelUser, type SteelSession } from '../../clients/steel.ts';
import { cuttingRelay, type Cut } from '../../net/cutting-relay.ts';
import { seededRandom } from '../../stats/random.ts';
import type { Test, TestContext } from '../../suite.ts';
import { inParallel } from '../../wait.ts';
import { listOwn } from './bench.ts';

async function listed(user: SteelUser, query: { status?: 'live' } = {}): Promise<string[]> {
  return (await listOwn(user, query)).map(({ id }) => id);
}

async function again(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const sessionId = randomUUID();
  const first = await user.create({ sessionId, timeout: 60_000 });
  equal(first.id, sessionId, 'the id of a session with sessionId');
  const second = await user.create({ sessionId, timeout: 60_000 });
  equal([second.id, second.createdAt], [first.id, first.createdAt], 'id and createdAt of the same create again');
  equal(await listed(user), [sessionId], 'the sessions of two equal creates');
}

async function atOnce(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const sessionId = randomUUID();
  const made = await inParallel(10, 10, () => user.create({ sessionId }));
  equal([...new Set(made.map(({ id, createdAt }) => `${id} ${createdAt}`))].length, 1, 'different sessions of ten equal creates');
  equal(await listed(user), [sessionId], 'the sessions of ten equal creates');
}

async function otherBody(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const sessionId = randomUUID();
  await user.create({ sessionId, metadata: { n: '1' } });
  const refusal = await refused('another body for the same sessionId', () => user.create({ sessionId, metadata: { n: '2' } }));
  equal(refusal.status, 409, `status (${refusal.message})`);
  equal(refusal.header('x-should-retry'), 'false', 'x-should-retry, without which the SDK would try again in vain');
}

/** The server has created the session, but the network loses the response: the SDK retries by itself. */
async function lostReply(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  let asked = 0;
  const relay = await cuttingRelay(context, () => (asked++ === 0 ? 'reply' : 'none'));
  const sessionId = randomUUID();
  const session = await user.create({ sessionId }, await sdkAt(context, relay.url));
  equal([relay.cuts(), asked], [1, 2], 'replies that were cut, and creates that were sent');
  equal(session.id, sessionId, 'the id');
  equal(await listed(user), [sessionId], 'the sessions of the create and its retry');
}

/** The SDK retries where it can, but not after a truncated response. Then the user repeats the call. */
async function createAnyhow(user: SteelUser, sessionId: string, sdk: SteelUser['sdk']): Promise<SteelSession> {
  for (let tries = 1; ; tries++) {
    try {
      return await user.create({ sessionId }, sdk, { maxRetries: 5 });
    } catch (error) {
      const answered = isObject(error) && typeof error['status'] === 'number';
      if (answered || tries === mostTries) throw error;
    }
  }
}

const creates = 100;
const mostTries = 20;
const kinds: Cut[] = ['request', 'reply', 'middle'];

async function badNetwork(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const random = seededRandom(context.options.seed);
  const decide = () => (random() < 0.3 ? kinds[Math.floor(random() * kinds.length)]! : 'none');
  const relay = await cuttingRelay(context, decide);
  const unsteady = await sdkAt(context, relay.url);
  const ids = await inParallel(creates, 3, async () => {
    const sessionId = randomUUID();
    const session = await createAnyhow(user, sessionId, unsteady);
    equal(session.id, sessionId, 'the id');
    await user.release(session.id);
    return session.id;
  });
  context.figure('connections cut', relay.cuts(), '');
  check(relay.cuts() > 0, 'not one connection was cut, so nothing was shown');
  equal((await listed(user)).sort(), ids.sort(), `all sessions, each once (--seed ${context.options.seed})`);
  equal(await listed(user, { status: 'live' }), [], `live sessions after all were released (--seed ${context.options.seed})`);
}

export const idempotency: Test[] = [
  { name: 'sessionId is the id, and the same create again gives the same session', run: again },
  { name: 'Ten equal creates at once give one session', run: atOnce },
  { name: 'Another body for the same sessionId is 409, not to be retried', run: otherBody },
  { name: 'A create whose answer is lost, retried by the SDK, makes one session', run: lostReply },
  { name: `${creates} creates over a network that breaks: no session twice, none left`, run: badNetwork, deadlineMs: 400_000 },
];
