import { check, equal, field, skip } from '../../check.ts';
import { CdpSocket } from '../../clients/cdp-socket.ts';
import type { Test, TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';
import { endpoint, need, settled } from './bench.ts';

async function readPressure({ client }: TestContext): Promise<Record<string, unknown>> {
  const reply = await client.request('GET', '/pressure');
  if (reply.status === 404 || reply.status === 501) skip(`this server has no /pressure (${reply.status})`);
  check(reply.status === 200, `GET /pressure answered ${reply}`);
  return field(reply.json(), 'pressure', 'object');
}

async function shape(context: TestContext): Promise<void> {
  const told = await readPressure(context);
  for (const name of ['cpu', 'memory', 'date', 'maxConcurrent', 'maxQueued', 'queued', 'recentlyRejected', 'running']) {
    check(field(told, name, 'number') >= 0, `${name} is ${String(told[name])}`);
  }
  field(told, 'isAvailable', 'boolean');
  field(told, 'message', 'string');
  check(['', 'full', 'cpu', 'memory'].includes(field(told, 'reason', 'string')), `reason is '${String(told['reason'])}'`);
  check(Math.abs(field(told, 'date', 'number') - Date.now()) < 300_000, `date is ${String(told['date'])}`);
  check(field(told, 'maxConcurrent', 'number') > 0, 'maxConcurrent is 0');
}

async function running(context: TestContext): Promise<number> {
  return field(await readPressure(context), 'running', 'number');
}

async function moves(context: TestContext): Promise<void> {
  await readPressure(context);
  await need(context);
  await settled(context);
  const before = await running(context);
  const sockets = [await CdpSocket.open(endpoint(context)), await CdpSocket.open(endpoint(context))];
  for (const socket of sockets) context.onCleanup(() => socket.close());
  equal(await running(context), before + 2, 'running with two clients more');
  for (const socket of sockets) socket.close();
  const back = await poll(async () => ((await running(context)) === before ? true : undefined), { withinMs: 5_000 });
  check(back, `running does not go back to ${before} within 5 s of their leaving`);
}

export const pressure: Test[] = [
  { name: 'GET /pressure has its figures', run: shape },
  { name: 'GET /pressure moves with the clients', run: moves },
];
