import { check, equal } from '../../check.ts';
import { CdpSocket } from '../../clients/cdp-socket.ts';
import { SteelUser } from '../../clients/steel.ts';
import type { Test, TestContext } from '../../suite.ts';
import { sleepUntil } from '../../wait.ts';
import { becomes, connectUrl } from './bench.ts';

const timeoutMs = 4_000;
/** The delay with which the end of a session may be noticed on a busy machine. */
const lateMs = 3_000;

async function hard(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const session = await user.createBrowser({ timeout: timeoutMs });
  const started = performance.now();
  const socket = await CdpSocket.open(connectUrl(context, session));
  context.onCleanup(() => socket.close());
  let left = false;
  const closed = socket.closed.then((how) => {
    left = true;
    return how;
  });
  while (!left && performance.now() - started < timeoutMs + lateMs) {
    await socket.call('Browser.getVersion').catch(() => undefined);
    await sleepUntil(performance.now(), 100);
  }
  check(left, `the client is still attached ${(timeoutMs + lateMs) / 1_000} s after a create with timeout ${timeoutMs}`);
  const took = performance.now() - started;
  check(took > timeoutMs / 2, `the client was detached after ${Math.round(took)} ms, the timeout is ${timeoutMs} ms`);
  const { code, reason } = await closed;
  check(code !== 1006 && reason !== '', `the socket ended with ${code} '${reason}', which does not say why`);
  const ended = await becomes(user, session.id, 'released');
  check(
    ended.duration >= timeoutMs - 100 && ended.duration < timeoutMs + lateMs,
    `it lived for ${ended.duration} ms, the timeout is ${timeoutMs} ms`,
  );
  context.figure('lived', ended.duration, 'ms');
}

/** A request may count as activity, so the session that must expire is not queried; another one shows that it did not end too early. */
async function idle(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const early = await user.create({ inactivityTimeout: timeoutMs });
  const alone = await user.create({ inactivityTimeout: timeoutMs });
  const since = performance.now();
  await sleepUntil(since, timeoutMs / 2);
  equal((await user.retrieve(early.id)).status, 'live', 'status half-way through inactivityTimeout');
  await sleepUntil(since, timeoutMs + 1_000);
  const ended = await user.retrieve(alone.id);
  equal(ended.status, 'released', 'status 1 s past inactivityTimeout');
  check(
    ended.duration >= timeoutMs - 100 && ended.duration < timeoutMs + lateMs,
    `it lived for ${ended.duration} ms, inactivityTimeout is ${timeoutMs} ms`,
  );
  context.figure('lived', ended.duration, 'ms');
}

async function attached(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const session = await user.createBrowser({ inactivityTimeout: timeoutMs });
  const socket = await CdpSocket.open(connectUrl(context, session));
  context.onCleanup(() => socket.close());
  const since = performance.now();
  while (performance.now() - since < timeoutMs + 1_000) {
    await socket.call('Browser.getVersion');
    await sleepUntil(performance.now(), 500);
  }
  equal((await user.retrieve(session.id)).status, 'live', 'status past inactivityTimeout with a client that calls');
  await sleepUntil(performance.now(), timeoutMs + 1_000);
  equal((await user.retrieve(session.id)).status, 'released', 'status past inactivityTimeout with a client that is silent');
}

export const timeouts: Test[] = [
  { name: 'timeout ends a session under its attached client, and the close says why', run: hard },
  { name: 'inactivityTimeout ends a session that is left alone', run: idle },
  { name: 'inactivityTimeout does not end a session whose client calls, and ends it when the client is silent', run: attached },
];
