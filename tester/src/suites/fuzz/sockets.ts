import { readFileSync } from 'node:fs';
import net from 'node:net';
import { skip } from '../../check.ts';
import { connect } from '../../http/raw.ts';
import type { TestContext } from '../../suite.ts';
import { inParallel, sleep } from '../../wait.ts';

/** The number of file descriptors that this program needs in addition to the sockets. */
const reserve = 200;
const atOnce = 64;

/** Opens sockets to the server, which are closed after the test. */
export async function open({ client, onCleanup }: TestContext, count: number): Promise<net.Socket[]> {
  const most = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1] ?? 1_024);
  if (count + reserve > most) skip(`${count} sockets need ulimit -n ${count + reserve}, and it is ${most}`);
  const sockets: net.Socket[] = [];
  onCleanup(() => {
    for (const socket of sockets) socket.destroy();
  });
  await inParallel(count, atOnce, async () => {
    const socket = connect(client.base);
    sockets.push(socket);
    socket.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('close', () => reject(new Error('the server refused a connection')));
    });
  });
  return sockets;
}

/** Waits until the other side has closed them; returns how many are still open when the time is over. */
export async function closedWithin(sockets: net.Socket[], withinMs: number): Promise<number> {
  let left = sockets.length;
  const ended = (socket: net.Socket) =>
    new Promise<void>((resolve) => {
      if (socket.destroyed || socket.readableEnded) return resolve();
      socket.resume();
      socket.once('end', resolve);
      socket.once('close', () => resolve());
    }).then(() => left--);
  await Promise.race([Promise.all(sockets.map(ended)), sleep(withinMs)]);
  return left;
}
