import { once } from 'node:events';
import type net from 'node:net';
import { listSessions } from '../../api/listing.ts';
import { check } from '../../check.ts';
import { connect, head } from '../../http/raw.ts';
import type { TestContext } from '../../suite.ts';
import { inParallel, poll, sleep } from '../../wait.ts';

const clients = 10;

/**
 * Every third client is gone before its body is complete, the others while they wait for a worker. For that the idle
 * workers are taken first, so that no create can be answered before its client has vanished: an answer already sent
 * makes a session that nobody could know to be unwanted.
 */
export async function vanishingClients(context: TestContext): Promise<void> {
  const { client, pool, sessions, figure } = context;
  await pool.need('so no GET /sessions either');
  const known = new Set((await listSessions(client)).map(({ id }) => id));
  const idle = (await pool.settled()).filter(({ state }) => state === 'ready').length;
  const sockets = await Promise.all(Array.from({ length: clients }, () => open(context)));
  const takers = inParallel(idle + 2, idle + 2, (index) => sessions.create({ takes: index }));
  const answered = await Promise.all(sockets.map((socket, index) => vanish(context, socket, index)));
  for (const { id } of await takers) known.add(id);

  // Half a TTL at most: a session that merely expires was not noticed to be nobody's.
  const patienceMs = Math.min(2_000, context.options.ttlMs / 2);
  const orphans = async () => (await listSessions(client)).filter(({ id }) => !known.has(id));
  const tolerated = answered.filter(Boolean).length;
  await poll(async () => ((await orphans()).length <= tolerated ? true : undefined), { withinMs: patienceMs });
  const left = await orphans();
  for (const { id } of left) context.onCleanup(() => sessions.delete(id));
  figure('left', left.length, 'sessions');
  figure('answered too early', tolerated, '');
  check(left.length <= tolerated, `${left.length} of ${clients} sessions are left ${patienceMs / 1_000} s after their clients vanished`);
  check(tolerated < clients, 'all creates were answered before their clients could vanish, so nothing was tested');
}

async function open({ client }: TestContext): Promise<net.Socket> {
  const socket = connect(client.base);
  await once(socket, client.base.protocol === 'https:' ? 'secureConnect' : 'connect');
  socket.on('error', () => undefined);
  return socket;
}

/** Sends a create and resets the connection; true when an answer had come already. */
async function vanish({ client }: TestContext, socket: net.Socket, index: number): Promise<boolean> {
  const body = JSON.stringify({ vanished: index, filler: 'x'.repeat(2_000) });
  const lines = ['Content-Type: application/json', `Content-Length: ${body.length}`];
  let answered = false;
  socket.on('data', () => (answered = true));
  socket.write(head(client, 'POST', '/sessions', lines) + body.slice(0, index % 3 === 0 ? 1_000 : body.length));
  await sleep(index / 3);
  socket.resetAndDestroy();
  return answered;
}
