import { once } from 'node:events';
import type net from 'node:net';
import { fill, limits, queueBecomes } from '../../api/full-pool.ts';
import { listSessions } from '../../api/listing.ts';
import { check } from '../../check.ts';
import { connect, head } from '../../http/raw.ts';
import type { TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';

const clients = 12;

/**
 * Every third client disconnects before its body is complete, the others while they wait in the queue. The pool is filled first, so
 * that no create is answered before its client has disconnected: the server cannot know that an answered create is unwanted.
 */
export async function vanishingClients(context: TestContext): Promise<void> {
  const { client, sessions, figure } = context;
  const { max, limit } = await limits(context);
  await fill(context, max);
  const known = new Set((await listSessions(client)).map(({ id }) => id));
  const whole = Array.from({ length: clients }, (_, index) => index % 3 !== 0);
  const sockets = await Promise.all(whole.map((complete) => beginCreate(context, complete)));
  await queueBecomes(context, Math.min(limit, whole.filter(Boolean).length), 5_000);

  for (const socket of sockets) socket.resetAndDestroy();
  const since = performance.now();
  await queueBecomes(context, 0, 2_000);
  figure('queue empty after', performance.now() - since, 'ms');

  // Now there is a worker for every create that is still wanted.
  await sessions.release();
  const orphans = async () => (await listSessions(client)).filter(({ id }) => !known.has(id));
  const appeared = await poll(async () => ((await orphans()).length > 0 ? true : undefined), { withinMs: 500 });
  for (const { id } of await orphans()) context.onCleanup(() => sessions.delete(id));
  check(!appeared, `${(await orphans()).length} of ${clients} vanished clients have a session`);
}

async function beginCreate({ client }: TestContext, complete: boolean): Promise<net.Socket> {
  const socket = connect(client.base);
  await once(socket, client.base.protocol === 'https:' ? 'secureConnect' : 'connect');
  socket.on('error', () => undefined);
  const body = JSON.stringify({ filler: 'x'.repeat(2_000) });
  const lines = ['Content-Type: application/json', `Content-Length: ${body.length}`];
  socket.write(head(client, 'POST', '/sessions', lines) + body.slice(0, complete ? body.length : 1_000));
  return socket;
}
