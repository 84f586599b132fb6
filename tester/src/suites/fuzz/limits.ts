import net from 'node:net';
import { check } from '../../check.ts';
import { parseReply } from '../../http/parse.ts';
import { exchange, head } from '../../http/raw.ts';
import { residentBytes, descriptorsOf } from '../../os/processes.ts';
import { serverPid } from '../../os/server.ts';
import type { TestContext } from '../../suite.ts';
import { poll, sleep } from '../../wait.ts';
import { closedWithin, open } from './sockets.ts';
import { Target } from './target.ts';

const mebibyte = 1_048_576;
const idleSockets = 2_000;
const slowSockets = 100;
const dripMs = 500;
/** Servers of this kind allow ten seconds for a request head; a busy machine gets half as much again. */
const headCutMs = 15_000;
const bodyCutMs = 10_000;

/** Requires that others are served, a new client is accepted, and all resources are released afterwards. */
async function besides(context: TestContext, act: (target: Target) => Promise<void>): Promise<void> {
  const target = await Target.prepare(context);
  await act(target);
  const started = performance.now();
  const reply = await exchange(context.client, [head(context.client, 'GET', `/sessions/${target.live.id}`)]);
  check(reply.status === 200, `a newcomer was answered ${reply}`);
  context.figure('a newcomer answered in', performance.now() - started, 'ms');
  await target.mustStand(context);
}

/** Sends endless heads and bodies byte by byte. Each connection must be closed, with a 408 if a request had begun. */
export async function slowClients(context: TestContext): Promise<void> {
  await besides(context, async () => {
    const sockets = await open(context, 2 * slowSockets);
    const [heads, bodies] = [sockets.slice(slowSockets), sockets.slice(0, slowSockets)];
    for (const socket of heads) socket.write(head(context.client, 'GET', '/sessions/no').slice(0, -2));
    for (const socket of bodies)
      socket.write(head(context.client, 'POST', '/sessions', ['Content-Type: application/json', 'Content-Length: 100000']));
    await Promise.all([drip(context, 'heads', heads, 'X', headCutMs), drip(context, 'bodies', bodies, ' ', bodyCutMs)]);
  });
}

async function drip(
  { figure, onCleanup }: TestContext, what: string, sockets: net.Socket[], byte: string, withinMs: number,
): Promise<void> {
  const started = performance.now();
  const statuses = new Map<string, number>();
  for (const socket of sockets) {
    socket.on('data', (part: Buffer) => {
      const reply = parseReply(part, true);
      if (reply) statuses.set(String(reply.status), (statuses.get(String(reply.status)) ?? 0) + 1);
    });
  }
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write(byte);
  }, dripMs);
  onCleanup(() => clearInterval(timer));
  const left = await closedWithin(sockets, withinMs);
  clearInterval(timer);
  figure(`${what} cut after`, (performance.now() - started) / 1_000, 's');
  for (const [status, count] of statuses) figure(`${what} ${status}`, count, '');
  check(left === 0, `${left} of ${sockets.length} slow ${what} are still open after ${withinMs / 1_000} s`);
  check(
    [...statuses.keys()].every((status) => status === '408' || status === '400'), `the answers were ${[...statuses.keys()].join(', ')}`,
  );
}

/** Half of the connections send nothing, the other half have completed one request. */
export async function idleConnections(context: TestContext): Promise<void> {
  const pid = serverPid(context);
  await besides(context, async () => {
    const [bytes, descriptors] = [residentBytes(pid), descriptorsOf(pid)];
    const sockets = await open(context, idleSockets);
    const asked = sockets.slice(idleSockets / 2);
    const answers = asked.map((socket) => new Promise<void>((resolve, reject) => {
      socket.once('data', () => resolve());
      socket.once('close', () => reject(new Error('closed instead of answered')));
    }));
    for (const socket of asked) socket.write(head(context.client, 'GET', '/health'));
    await Promise.all(answers);
    context.figure('sockets', idleSockets, '');
    context.figure('memory of each', (residentBytes(pid) - bytes) / 1_024 / idleSockets, 'KiB');
    const held = await poll(async () => (descriptorsOf(pid) - descriptors >= idleSockets ? true : undefined), { withinMs: 10_000 });
    check(held, 'the server holds fewer sockets than were opened');
    await sleep(500);
    check(sockets.every((socket) => !socket.destroyed && !socket.readableEnded), 'a connection that idles was cut at once');
    for (const socket of sockets) socket.destroy();
    const back = await poll(async () => (descriptorsOf(pid) <= descriptors + 16 ? true : undefined), { withinMs: 10_000 });
    check(back, `the server had ${descriptors} descriptors, and has ${descriptorsOf(pid)} after they all have left`);
  });
}

/** Pipelines requests on one connection without reading: the server must stop reading, and answer all once the client reads. */
export async function pipelinedFlood(context: TestContext): Promise<void> {
  const pid = serverPid(context);
  await besides(context, async ({ live }) => {
    const [socket] = await open(context, 1);
    check(socket, 'no socket');
    const bytes = residentBytes(pid);
    const request = Buffer.from(head(context.client, 'GET', `/sessions/${live.id}`));
    const batch = Buffer.concat(Array.from({ length: 500 }, () => request));
    socket.pause();
    let sent = 0;
    for (let stuck = false; !stuck && sent < 100_000; sent += 500) {
      if (!socket.write(batch))
        stuck = (await Promise.race([
          new Promise<boolean>((resolve) => socket.once('drain', () => resolve(false))),
          sleep(1_500).then(() => true),
        ])) as boolean;
    }
    context.figure('sent until held back', sent, 'requests');
    const grown = residentBytes(pid) - bytes;
    context.figure('memory meanwhile', grown / mebibyte, 'MiB');
    check(grown < 32 * mebibyte, `the server took ${Math.round(grown / mebibyte)} MiB more for one connection`);
    context.figure('answers', await readAll(socket, sent), '');
  });
}

async function readAll(socket: net.Socket, wanted: number): Promise<number> {
  let rest: Buffer = Buffer.alloc(0);
  let answers = 0;
  let last = performance.now();
  socket.on('data', (part: Buffer) => {
    rest = Buffer.concat([rest, part]);
    for (let reply = parseReply(rest, false); reply; reply = parseReply(rest, false)) {
      check(reply.status === 200, `a request of the flood was answered ${reply.status}`);
      answers++;
      rest = rest.subarray(reply.length);
    }
    last = performance.now();
  });
  socket.resume();
  const all = await poll(async () => (answers === wanted || performance.now() - last > 10_000 ? answers : undefined), { withinMs: 60_000 });
  check(all === wanted, `of ${wanted} requests ${answers} were answered`);
  return answers;
}
