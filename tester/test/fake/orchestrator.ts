import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeOptions } from './options.ts';

interface FakeSession {
  id: string;
  data: unknown;
  worker: FakeWorker | undefined;
  usedAt: number;
  ended: boolean;
}

interface FakeWorker {
  id: string;
  session: FakeSession | undefined;
}

interface Answer {
  status: number;
  body?: unknown;
}

/** An in-memory orchestrator for the tester's own tests, correct or broken in one chosen way. */
export class FakeOrchestrator {
  private readonly sessions = new Map<string, FakeSession>();
  private workers: FakeWorker[] = [];
  private announceCreate = () => {};
  /** Resolves when the first create has arrived, before it is answered. */
  readonly firstCreate = new Promise<void>((resolve) => (this.announceCreate = resolve));
  private readonly server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { status, body } = this.answer(request.method ?? '', request.url ?? '', Buffer.concat(parts).toString());
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  });

  private constructor(private readonly options: FakeOptions) {
    this.workers = Array.from({ length: options.workers }, () => newWorker());
  }

  static async start(options: Partial<FakeOptions> = {}): Promise<FakeOrchestrator> {
    const fake = new FakeOrchestrator({ ttlMs: 60_000, workers: 0, fault: 'none', ...options });
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get live(): number {
    return [...this.sessions.values()].filter((session) => !session.ended).length;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(method: string, path: string, body: string): Answer {
    const [, collection, id, part] = path.split('/');
    if (part !== undefined) return { status: 404 }; // It has no browsers, and so no json/version of a session.
    if (collection === 'sessions' && id === undefined && method === 'POST') return this.create(body);
    if (collection === 'sessions' && id !== undefined && method === 'GET') return this.get(id);
    if (collection === 'sessions' && id !== undefined && method === 'DELETE') return this.delete(id);
    if (collection === 'workers' && this.options.workers > 0) return id === undefined ? this.listWorkers() : this.stopWorker(id);
    return { status: 404 };
  }

  private create(body: string): Answer {
    const { fault } = this.options;
    this.announceCreate();
    if (fault === 'create answers 500') return { status: 500 };
    let data: unknown;
    try {
      data = fault === 'create loses data' ? {} : JSON.parse(body);
    } catch {
      return { status: fault === 'a bad create answers 500' ? 500 : 400 };
    }
    if (fault === 'one session at a time') this.sessions.clear();
    const id = fault === 'ids repeat' ? `id-${this.sessions.size % 5}` : randomUUID();
    const worker = this.freeWorker();
    if (!worker && this.options.workers > 0) return { status: 503 };
    const session = { id, data, worker, usedAt: performance.now(), ended: false };
    if (worker) worker.session = session;
    this.sessions.set(id, session);
    return { status: 201, body: this.show(session) };
  }

  private get(id: string): Answer {
    const { fault, ttlMs } = this.options;
    const session = this.sessions.get(id);
    if (!session) return this.missing();
    const limit = fault === 'never expires' ? Infinity : fault === 'expires early' ? ttlMs * 0.6 : ttlMs;
    if (performance.now() - session.usedAt >= limit) {
      if (fault === 'expired comes back') session.usedAt = performance.now();
      else this.end(session);
      return { status: 404 };
    }
    if (session.ended) return { status: 404 };
    if (fault !== 'get is no activity') session.usedAt = performance.now();
    const others = [...this.sessions.values()];
    const shown = fault === 'get mixes up data' ? { ...session, data: others[others.length - 1]?.data } : session;
    return { status: 200, body: this.show(fault === 'get answers another id' ? { ...shown, id: randomUUID() } : shown) };
  }

  private delete(id: string): Answer {
    const { fault, ttlMs } = this.options;
    const session = this.sessions.get(id);
    if (!session || session.ended || performance.now() - session.usedAt >= ttlMs) {
      return fault === 'delete of missing answers 204' ? { status: 204 } : this.missing();
    }
    if (fault === 'delete ends all sessions') for (const other of this.sessions.values()) this.end(other);
    if (fault !== 'delete keeps the session') this.end(session);
    return fault === 'delete answers 200' ? { status: 200, body: {} } : { status: 204 };
  }

  private missing(): Answer {
    if (this.options.fault === 'missing answers 200') return { status: 200, body: {} };
    return { status: this.options.fault === 'missing answers 500' ? 500 : 404 };
  }

  private listWorkers(): Answer {
    const workers = this.workers.map(({ id, session }) => ({
      id,
      pid: 0,
      port: null,
      state: session ? 'leased' : 'ready',
      session_id: session?.id ?? null,
      restarts: 0,
    }));
    return { status: 200, body: { workers } };
  }

  private stopWorker(id: string): Answer {
    const { fault } = this.options;
    const worker = this.workers.find((candidate) => candidate.id === id);
    if (!worker) return { status: 404 };
    const lost = fault === 'lost worker takes all sessions' ? [...this.sessions.values()] : worker.session ? [worker.session] : [];
    if (fault !== 'lost session stays') for (const session of lost) this.end(session);
    this.workers = this.workers.filter((candidate) => candidate !== worker);
    if (fault !== 'lost worker stays lost') this.workers.push(newWorker());
    return { status: 202 };
  }

  private freeWorker(): FakeWorker | undefined {
    const idle = this.workers.find((worker) => !worker.session);
    if (idle || this.options.workers === 0 || this.options.fault === 'lost worker stays lost') return idle;
    const grown = newWorker();
    this.workers.push(grown);
    return grown;
  }

  private end(session: FakeSession): void {
    session.ended = true;
    if (session.worker) session.worker.session = undefined;
  }

  private show({ id, data }: { id: string; data: unknown }): unknown {
    return this.options.fault === 'create has no time' ? { id, data } : { id, created_at: '2024-01-15T10:30:00Z', data };
  }
}

function newWorker(): FakeWorker {
  return { id: randomUUID(), session: undefined };
}
