import { check } from '../../check.ts';
import { awaitLoss } from '../../api/loss.ts';
import { disconnection } from '../../clients/playwright.ts';
import { Victim } from '../../os/victim.ts';
import type { TestContext } from '../../suite.ts';
import { attach, browserSession } from './bench.ts';

/** Long enough for a busy machine; the figure shows the actual delay. */
const withinMs = 5_000;

export async function disconnectOnDelete(context: TestContext): Promise<void> {
  const session = await browserSession(context);
  const left = disconnection(await attach(context, session), withinMs);
  const since = performance.now();
  const reply = await context.sessions.delete(session.id);
  check(reply.status === 204, `DELETE answered ${reply}`);
  check((await left) !== undefined, `the client is still connected ${withinMs / 1_000} s after the DELETE`);
  context.figure('disconnected after', performance.now() - since, 'ms');
}

export async function disconnectOnLoss(context: TestContext): Promise<void> {
  const { client, pool, sessions, figure } = context;
  const session = await browserSession(context);
  await pool.need('which tells whose worker to kill');
  const browser = await attach(context, session);
  const worker = await pool.workerOf(session.id);
  const left = disconnection(browser, withinMs);
  const since = performance.now();
  const process = Victim.find(client.base, worker);
  if (process) process.send('SIGKILL');
  else await client.request('DELETE', `/workers/${worker.id}`);
  check((await left) !== undefined, `the client is still connected ${withinMs / 1_000} s after the loss`);
  figure('disconnected after', performance.now() - since, 'ms');
  check(await awaitLoss(sessions, session, 5_000), 'the session was neither ended nor restored within 5 s');
}
