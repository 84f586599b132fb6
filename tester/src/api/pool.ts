import { check, field, isObject, skip } from '../check.ts';
import type { HttpClient } from '../http/client.ts';
import { poll } from '../wait.ts';

export interface WorkerInfo {
  id: string;
  pid: number;
  port: number | null;
  state: string;
  sessionId: string | null;
  restarts: number;
}

/** Reads GET /workers and GET /status. An orchestrator that implements only the challenge has neither. */
export class Pool {
  private visible: Promise<boolean> | undefined;
  private baseline: number | undefined;

  constructor(private readonly client: HttpClient) {}

  /** Whether this server shows its workers. Asks the server only once. */
  isVisible(): Promise<boolean> {
    return (this.visible ??= this.look());
  }

  private async look(): Promise<boolean> {
    const reply = await this.client.request('GET', '/workers');
    const answer = reply.status === 200 ? reply.json() : undefined;
    return isObject(answer) && Array.isArray(answer['workers']);
  }

  /** Skips the test when the server does not show its workers. */
  async need(what: string): Promise<void> {
    if (!(await this.isVisible())) skip(`no GET /workers on this server, ${what}`);
  }

  async workers(): Promise<WorkerInfo[]> {
    const reply = await this.client.request('GET', '/workers');
    check(reply.status === 200, `GET /workers answered ${reply}`);
    const answer = reply.json();
    const list = isObject(answer) ? answer['workers'] : undefined;
    check(Array.isArray(list), `GET /workers has no 'workers' list: ${reply}`);
    return list.map(readWorker);
  }

  async workerOf(sessionId: string): Promise<WorkerInfo> {
    const found = (await this.workers()).find((worker) => worker.sessionId === sessionId);
    check(found, `GET /workers names no worker with session_id ${sessionId}`);
    return found;
  }

  async usable(): Promise<number> {
    return (await this.workers()).filter(isUsable).length;
  }

  /** The number of usable workers at the start of this run. The server may reverse later growth. */
  async usableAtStart(): Promise<number> {
    if (this.baseline === undefined) {
      await this.becomesQuiet(5_000);
      this.baseline = await this.usable();
    }
    return this.baseline;
  }

  /** Waits until no worker is changing its state, and returns the workers. */
  async settled(withinMs = 15_000): Promise<WorkerInfo[]> {
    const quiet = await this.becomesQuiet(withinMs);
    check(quiet, `the workers did not all become ready or leased within ${withinMs / 1_000} s: ${await this.describe()}`);
    return quiet;
  }

  private becomesQuiet(withinMs: number): Promise<WorkerInfo[] | undefined> {
    const look = async () => {
      const workers = await this.workers();
      return workers.length > 0 && workers.every(isUsable) ? workers : undefined;
    };
    return poll(look, { withinMs, everyMs: 100 });
  }

  /** Waits for this many usable workers; false if the time runs out. */
  async regains(target: number, withinMs: number): Promise<boolean> {
    return (await poll(async () => ((await this.usable()) >= target ? true : undefined), { withinMs, everyMs: 25 })) ?? false;
  }

  async describe(): Promise<string> {
    const counts = new Map<string, number>();
    for (const { state } of await this.workers()) counts.set(state, (counts.get(state) ?? 0) + 1);
    return [...counts].map(([state, count]) => `${count} ${state}`).join(', ') || 'no workers';
  }
}

function isUsable(worker: WorkerInfo): boolean {
  return worker.state === 'ready' || worker.state === 'leased';
}

function readWorker(value: unknown): WorkerInfo {
  const sessionId = isObject(value) ? value['session_id'] : undefined;
  const port = isObject(value) ? value['port'] : undefined;
  return {
    id: field(value, 'id', 'string'),
    pid: isObject(value) && typeof value['pid'] === 'number' ? value['pid'] : 0,
    port: typeof port === 'number' ? port : null,
    state: field(value, 'state', 'string'),
    sessionId: typeof sessionId === 'string' ? sessionId : null,
    restarts: isObject(value) && typeof value['restarts'] === 'number' ? value['restarts'] : 0,
  };
}
