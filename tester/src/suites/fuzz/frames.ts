import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { check } from '../../check.ts';
import { CdpSocket } from '../../clients/cdp-socket.ts';
import { address } from '../../clients/address.ts';
import { head } from '../../http/raw.ts';
import { descriptorsOf, residentBytes } from '../../os/processes.ts';
import { serverPid } from '../../os/server.ts';
import type { TestContext } from '../../suite.ts';
import { inParallel, poll, sleep } from '../../wait.ts';
import { browserSession } from '../browser/bench.ts';
import { open } from './sockets.ts';
import { Target } from './target.ts';

const mebibyte = 1_048_576;
const idleSockets = 2_000;
const pings = 200_000;

/** Connects this number of sockets to the session's browser. */
async function attachAll(context: TestContext, id: string, count: number): Promise<net.Socket[]> {
  const sockets = await open(context, count);
  await inParallel(count, 32, async (index) => {
    const socket = sockets[index]!;
    const lines = [
      'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ];
    const answer = new Promise<string>((resolve) => {
      socket.once('data', (part: Buffer) => resolve(part.toString('latin1', 0, 12)));
      socket.once('close', () => resolve('a closed connection'));
    });
    socket.write(head(context.client, 'GET', `/sessions/${id}/cdp`, lines));
    const status = await Promise.race([answer, sleep(30_000).then(() => 'nothing')]);
    check(status === 'HTTP/1.1 101', `connection ${index + 1} was answered ${status}`);
  });
  return sockets;
}

export async function idleWebSockets(context: TestContext): Promise<void> {
  const pid = serverPid(context);
  const session = await browserSession(context);
  const target = await Target.prepare(context);
  const [bytes, descriptors] = [residentBytes(pid), descriptorsOf(pid)];
  const sockets = await attachAll(context, session.id, idleSockets);
  context.figure('sockets', sockets.length, '');
  context.figure('memory of each', (residentBytes(pid) - bytes) / 1_024 / idleSockets, 'KiB');
  await sleep(500);
  check(sockets.every((socket) => !socket.destroyed && !socket.readableEnded), 'a WebSocket that idles was cut at once');
  for (const socket of sockets) socket.destroy();
  const back = await poll(async () => (descriptorsOf(pid) <= descriptors + 16 ? true : undefined), { withinMs: 20_000 });
  check(back, `the server had ${descriptors} descriptors, and has ${descriptorsOf(pid)} after they all have left`);
  await context.sessions.mustShow(session, 'whose clients have left');
  await target.mustStand(context);
}

/** Sends pings at full speed without reading the pongs: the server must slow down the sender and must not buffer the unread pongs. */
export async function pingFlood(context: TestContext): Promise<void> {
  const pid = serverPid(context);
  const session = await browserSession(context);
  const target = await Target.prepare(context);
  const bytes = residentBytes(pid);
  const [socket] = await attachAll(context, session.id, 1);
  check(socket, 'no socket');
  const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 125, 0, 0, 0, 0]), Buffer.alloc(125, 'p')]);
  const batch = Buffer.concat(Array.from({ length: 500 }, () => ping));
  socket.pause();
  let sent = 0;
  let stuck = false;
  for (; !stuck && sent < pings; sent += 500) {
    if (!socket.write(batch))
      stuck = await Promise.race([
        new Promise<boolean>((resolve) => socket.once('drain', () => resolve(false))),
        sleep(1_500).then(() => true),
      ]);
  }
  context.figure(stuck ? 'held back after' : 'sent', sent, 'pings');
  const grown = residentBytes(pid) - bytes;
  context.figure('memory meanwhile', grown / mebibyte, 'MiB');
  check(grown < 32 * mebibyte, `the server took ${Math.round(grown / mebibyte)} MiB more for one connection`);
  // Meanwhile another client of the same session is served.
  const other = await CdpSocket.open(address(context, 'ws', `/sessions/${session.id}/cdp`), context.client.headers);
  context.onCleanup(() => other.close());
  await other.call('Browser.getVersion');
  socket.destroy();
  await target.mustStand(context);
}
