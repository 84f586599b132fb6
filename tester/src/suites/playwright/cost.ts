import { check, field } from '../../check.ts';
import { CdpSocket, pageTargetUrl } from '../../clients/cdp-socket.ts';
import { descriptorsOf, residentBytes } from '../../os/processes.ts';
import { serverPid } from '../../os/server.ts';
import type { Test, TestContext } from '../../suite.ts';
import { poll, sleep } from '../../wait.ts';
import { attach, browserSession } from '../browser/bench.ts';

const connects = 200;
/** The number of idle connections that either side keeps varies slightly. */
const slack = 8;
const mebibyte = 1_048_576;
const mostBytes = 4 * mebibyte;

async function descriptors(context: TestContext): Promise<void> {
  const pid = serverPid(context);
  const session = await browserSession(context);
  const once = async () => (await attach(context, session, 'ws')).close();
  for (let warm = 0; warm < 5; warm++) await once();
  await sleep(500);
  const before = descriptorsOf(pid);
  for (let done = 0; done < connects; done++) await once();
  const back = await poll(async () => (descriptorsOf(pid) <= before + slack ? true : undefined), { withinMs: 10_000, everyMs: 200 });
  context.figure('before', before, '');
  context.figure('after', descriptorsOf(pid), '');
  check(back, `the server had ${before} descriptors, and has ${descriptorsOf(pid)} after ${connects} connects and disconnects`);
}

/**
 * A client requests 64 MiB and stops reading: the server must also stop reading instead of buffering everything. The same amount has
 * passed through before, so the memory that a tunnel always needs is already in use.
 */
async function stoppedReader(context: TestContext): Promise<void> {
  const pid = serverPid(context);
  const session = await browserSession(context);
  const url = await pageTargetUrl(context, session.id);
  const open = async () => {
    const socket = await CdpSocket.open(url, context.client.headers);
    context.onCleanup(() => socket.close());
    return socket;
  };
  const ask = (socket: CdpSocket) =>
    Array.from({ length: 64 }, () => socket.call('Runtime.evaluate', { expression: `'x'.repeat(${mebibyte})`, returnByValue: true }));

  const reader = await open();
  for (const answer of await Promise.all(ask(reader))) {
    check(field(field(answer, 'result', 'object'), 'value', 'string').length === mebibyte, 'an answer is not 1 MiB long');
  }
  const stopped = await open();
  await stopped.evaluate('1');
  const before = residentBytes(pid);
  stopped.pause();
  // These calls are never answered, and end with the socket.
  for (const answer of ask(stopped)) answer.catch(() => undefined);
  let most = before;
  const since = performance.now();
  while (performance.now() - since < 5_000) {
    await sleep(100);
    most = Math.max(most, residentBytes(pid));
  }
  context.figure('cost', (most - before) / mebibyte, 'MiB');
  check(most - before < mostBytes, `while one client did not read, the server grew by ${((most - before) / mebibyte).toFixed(1)} MiB`);
  check((await reader.evaluate('1 + 1')) === 2, 'another client of the session is no longer answered');
}

export const cost: Test[] = [
  { name: `${connects} connects and disconnects leave no descriptor open`, run: descriptors, deadlineMs: 300_000 },
  { name: 'A client that stops reading costs the server less than 4 MiB', run: stoppedReader },
];
