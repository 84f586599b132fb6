import { check, fail, field, isObject } from '../check.ts';
import type { HttpClient, RequestOptions } from '../http/client.ts';
import type { Reply } from '../http/reply.ts';
import { inParallel } from '../wait.ts';

/** Longer than a create may wait in the server's queue. */
const createDeadlineMs = 60_000;

export interface Session {
  id: string;
  data: unknown;
  createdAt: unknown;
}

/** The sessions of one test. Remembers every created session, so that all of them can be deleted afterwards. */
export class Sessions {
  private readonly open = new Set<string>();
  private readonly underWay = new Set<Promise<unknown>>();
  private over = false;

  constructor(readonly client: HttpClient) {}

  /** Sends POST /sessions with any bytes and remembers the session if one is created. */
  async post(body: string | Buffer | undefined, options: RequestOptions = {}): Promise<Reply> {
    if (this.over) fail('the test is over, so it creates no more sessions');
    const request = this.client.request('POST', '/sessions', {
      deadlineMs: createDeadlineMs,
      ...options,
      ...(body === undefined ? {} : { body }),
    });
    const remembered = request.then((reply) => this.remember(reply)).catch(() => undefined);
    this.underWay.add(remembered);
    void remembered.then(() => this.underWay.delete(remembered));
    const reply = await request;
    await remembered;
    return reply;
  }

  /** Remembers the session in a response that was fetched in another way. */
  remember(reply: Reply): void {
    const answer = reply.ok ? reply.json() : undefined;
    if (isObject(answer) && typeof answer['id'] === 'string') this.open.add(answer['id']);
  }

  async create(data: unknown): Promise<Session> {
    const reply = await this.post(JSON.stringify(data), { headers: { 'content-type': 'application/json' } });
    check(reply.ok, `POST /sessions answered ${reply}`);
    const session = readSession(reply);
    check(sameJson(session.data, data), `POST /sessions answered other data than was sent: ${reply}`);
    return session;
  }

  get(id: string, options: RequestOptions = {}): Promise<Reply> {
    return this.client.request('GET', `/sessions/${id}`, options);
  }

  async delete(id: string): Promise<Reply> {
    const reply = await this.client.request('DELETE', `/sessions/${id}`);
    if (reply.ok || reply.status === 404) this.open.delete(id);
    return reply;
  }

  /** Sends a GET that must return exactly this session. */
  async mustShow(session: Session, when: string): Promise<Reply> {
    const reply = await this.get(session.id);
    check(reply.status === 200, `GET of the session ${when} answered ${reply}, expected 200`);
    const shown = readSession(reply);
    check(shown.id === session.id, `GET ${when} shows another id: ${shown.id} instead of ${session.id}`);
    check(sameJson(shown.data, session.data), `GET ${when} shows foreign data: ${JSON.stringify(shown.data)}`);
    return reply;
  }

  async mustBeGone(id: string, when: string): Promise<Reply> {
    const reply = await this.get(id);
    check(reply.status === 404, `GET of the session ${when} answered ${reply}, expected 404`);
    return reply;
  }

  /** Deletes the remaining sessions. Errors are ignored, because the TTL ends the rest. */
  async release(): Promise<void> {
    const left = [...this.open];
    await inParallel(left.length, 32, (index) => this.delete(left[index]!).catch(() => undefined));
  }

  /** Deletes all sessions, including later ones: an interrupted test continues to run, and its pending creates still make sessions. */
  async end(): Promise<void> {
    this.over = true;
    await this.release();
    while (this.underWay.size > 0) {
      await Promise.race([...this.underWay]);
      await this.release();
    }
  }
}

export function readSession(reply: Reply): Session {
  const answer = reply.json();
  const id = field(answer, 'id', 'string');
  check(isObject(answer) && 'data' in answer, `'data' is missing in ${reply}`);
  return { id, data: answer['data'], createdAt: answer['created_at'] };
}

/** Whether the values are equal as JSON; the order of keys does not matter. */
export function sameJson(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
