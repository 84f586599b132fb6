import { skip } from '../../check.ts';
import type { WorkerInfo } from '../../api/pool.ts';
import { isLoopback, Victim } from '../../os/victim.ts';
import type { TestContext } from '../../suite.ts';

/** The process of a worker. Skips the test if it is on another machine, where signals cannot reach it. */
export function reach({ client }: TestContext, worker: WorkerInfo): Victim {
  if (!isLoopback(client.base.hostname)) skip(`${client.base.hostname} is another machine, whose processes get no signals from here`);
  const victim = Victim.find(client.base, worker);
  if (!victim) skip(`no process ${worker.pid} that listens on port ${worker.port} is visible here, or it belongs to another user`);
  return victim;
}

export async function idleWorker({ pool }: TestContext): Promise<WorkerInfo> {
  const idle = (await pool.settled()).filter(({ state }) => state === 'ready');
  const worker = idle[idle.length - 1];
  if (!worker) skip('no worker is idle');
  return worker;
}
