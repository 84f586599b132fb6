import { check } from '../../check.ts';
import { awaitLoss } from '../../api/loss.ts';
import { Victim } from '../../os/victim.ts';
import type { TestContext } from '../../suite.ts';
import { attach, browserSession, disconnection } from './bench.ts';

const promptMs = 1_000;

export async function disconnectOnDelete(context: TestContext): Promise<void> {
  const session = await browserSession(context);
  const left = disconnection(await attach(context, session), 5_000);
  const since = performance.now();
  const reply = await context.sessions.delete(session.id);
  check(reply.status === 204, `DELETE answered ${reply}`);
  check((await left) !== undefined, 'the client is still connected 5 s after the DELETE');
  const took = performance.now() - since;
  context.figure('disconnected after', took, 'ms');
  check(took <= promptMs, `the client was disconnected only after ${Math.round(took)} ms`);
}

export async function disconnectOnLoss(context: TestContext): Promise<void> {
  const { client, pool, sessions, figure } = context;
  const session = await browserSession(context);
  await pool.need('which tells whose worker to kill');
  const browser = await attach(context, session);
  const worker = await pool.workerOf(session.id);
  const left = disconnection(browser, 5_000);
  const since = performance.now();
  const process = Victim.find(client.base, worker);
  if (process) process.send('SIGKILL');
  else await client.request('DELETE', `/workers/${worker.id}`);
  check((await left) !== undefined, 'the client is still connected 5 s after the loss');
  const took = performance.now() - since;
  figure('disconnected after', took, 'ms');
  check(took <= promptMs, `the client was disconnected only after ${Math.round(took)} ms`);
  check(await awaitLoss(sessions, session, 5_000), 'the session was neither ended nor restored within 5 s');
}
