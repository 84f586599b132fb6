import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject } from '../../src/check.ts';

/** How the fake differs from a correct server. Each fault must make at least one test of the steel suite fail. */
export type SteelFault =
  | 'none'
  | 'release forgets the session'
  | 'release of an unknown session answers 200'
  | 'released sessions go on counting'
  | 'the list has no end'
  | 'the list leaves one out'
  | 'filters are ignored'
  | 'metadata is lost'
  | 'websocketUrl has no question mark'
  | 'sessionId makes a session each time'
  | 'sessionId is ignored'
  | 'another body is taken for the same'
  | 'a conflict may be retried'
  | 'unsupported options are taken'
  | 'bad values are taken'
  | 'inactivityTimeout never comes';

type Body =
  Record<string, unknown> & { sessionId?: string; metadata?: Record<string, string>; timeout?: number; inactivityTimeout?: number };

interface FakeSteelSession {
  id: string;
  body: Body;
  text: string;
  createdAt: number;
  usedAt: number;
  endedAt: number | undefined;
}

const unsupported =
  ['solveCaptcha', 'credentials', 'useProxy', 'extensionIds', 'persistProfile', 'profileId', 'isSelenium', 'headless', 'stealthConfig'];
const checked: Record<string, (value: unknown) => boolean> = {
  timeout: (value) => typeof value === 'number' && value > 0,
  inactivityTimeout: (value) => typeof value === 'number' && value > 0,
  sessionId: (value) => typeof value === 'string' && value.length === 36,
  metadata: (value) => typeof value === 'object' && Object.values(value as object).every((each) => typeof each === 'string'),
  userAgent: (value) => typeof value === 'string',
  proxyUrl: (value) => String(value).startsWith('http://'),
  timezone: (value) => !String(value).startsWith('Mars/'),
  locale: (value) => !String(value).includes(' '),
  blockAds: (value) => typeof value === 'boolean',
  optimizeBandwidth: (value) => typeof value === 'boolean' || (isObject(value) && typeof value['blockHosts'] !== 'string'),
  dimensions: (value) => isObject(value) && Number(value['width']) > 0 && Number(value['height']) > 0,
  deviceConfig: (value) => isObject(value) && (value['device'] === 'mobile' || value['device'] === 'desktop'),
  sessionContext: (value) => isObject(value) && !JSON.stringify(value).includes('no value'),
};
interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** The session calls of the Steel dialect, in memory and without browsers. */
export class FakeSteel {
  private readonly sessions: FakeSteelSession[] = [];
  private readonly server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { status, body, headers } =
        this.answer(request.method ?? '', new URL(request.url ?? '', 'http://fake'), Buffer.concat(parts).toString());
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    });
  });

  private constructor(private readonly fault: SteelFault) {}

  static async start(fault: SteelFault): Promise<FakeSteel> {
    const fake = new FakeSteel(fault);
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get live(): number {
    return this.sessions.filter((session) => session.endedAt === undefined).length;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(method: string, url: URL, text: string): Answer {
    const [, version, collection, id, action] = url.pathname.split('/');
    if (version !== 'v1') return { status: url.pathname.endsWith('/json/version') ? 501 : 404, body: {} };
    if (collection === 'health') return { status: 200, body: { status: 'ok' } };
    if (collection !== 'sessions') return refuse(501, 'not offered by the fake');
    if (id === undefined) return method === 'POST' ? this.create(text) : this.list(url.searchParams);
    if (id === 'release') return this.release(this.sessions);
    const session = this.sessions.find((each) => each.id === id);
    if (!session && !(action === 'release' && this.fault === 'release of an unknown session answers 200'))
      return refuse(404, 'no such session');
    if (action === 'release') return this.release(session ? [session] : []);
    if (action === 'events') return { status: 200, body: [] };
    return action === undefined ? { status: 200, body: this.show(session!) } : refuse(501, 'not offered by the fake');
  }

  private create(text: string): Answer {
    const body = JSON.parse(text || '{}') as Body;
    const refusal = this.judge(body);
    if (refusal) return refusal;
    const known = this.sessions.find(({ id }) => id === body.sessionId);
    if (known && this.fault !== 'sessionId makes a session each time') {
      if (known.text === text || this.fault === 'another body is taken for the same') return { status: 200, body: this.show(known) };
      const headers = this.fault === 'a conflict may be retried' ? {} : { 'x-should-retry': 'false' };
      return { ...refuse(409, 'another body'), headers };
    }
    const id = this.fault === 'sessionId is ignored' ? randomUUID() : (body.sessionId ?? randomUUID());
    const session = { id, body, text, createdAt: Date.now(), usedAt: Date.now(), endedAt: undefined };
    this.sessions.unshift(session);
    return { status: 200, body: this.show(session) };
  }

  private judge(body: Body): Answer | undefined {
    const names = Object.keys(body);
    const missing = names.find((name) => unsupported.includes(name));
    if (missing && this.fault !== 'unsupported options are taken') return refuse(501, `${missing} is not offered`);
    const bad = names.find((name) => checked[name]?.(body[name]) === false);
    return bad && this.fault !== 'bad values are taken' ? refuse(400, `${bad} is bad`) : undefined;
  }

  private list(query: URLSearchParams): Answer {
    const wanted = this.fault === 'filters are ignored' ? [] : [...query].filter(([name]) => name.startsWith('metadata['));
    let found = this.sessions.filter(({ body }) => wanted.every(([name, value]) => body.metadata?.[name.slice(9, -1)] === value));
    const status = query.get('status');
    if (status && this.fault !== 'filters are ignored') found = found.filter((session) => this.show(session).status === status);
    const after = found.findIndex(({ id }) => id === query.get('cursorId')) + (this.fault === 'the list has no end' ? 0 : 1);
    const start = Math.max(0, after) + (this.fault === 'the list leaves one out' && after > 0 ? 1 : 0);
    const page = found.slice(start, start + Number(query.get('limit') ?? 50));
    return { status: 200, body: { sessions: page.map((session) => this.show(session)), nextCursor: page.at(-1)?.id ?? null } };
  }

  private release(ended: FakeSteelSession[]): Answer {
    for (const session of [...ended]) {
      session.endedAt ??= Date.now();
      if (this.fault === 'release forgets the session') this.sessions.splice(this.sessions.indexOf(session), 1);
    }
    return { status: 200, body: { success: true, message: 'released' } };
  }

  private show(session: FakeSteelSession): Record<string, unknown> {
    const { id, body, createdAt } = session;
    const { timeout = 300_000, inactivityTimeout } = body;
    const idleEnd = session.usedAt + (this.fault === 'inactivityTimeout never comes' ? Infinity : (inactivityTimeout ?? Infinity));
    if (session.endedAt === undefined && Date.now() >= idleEnd) session.endedAt = idleEnd;
    session.usedAt = Date.now();
    const counted = this.fault === 'released sessions go on counting' ? undefined : session.endedAt;
    return {
      id,
      status: session.endedAt === undefined ? 'live' : 'released',
      createdAt: new Date(createdAt).toISOString(),
      duration: (counted ?? Date.now()) - createdAt,
      timeout,
      inactivityTimeout,
      metadata: this.fault === 'metadata is lost' ? {} : body.metadata,
      websocketUrl: `${this.url.replace('http', 'ws')}/${this.fault === 'websocketUrl has no question mark' ? '' : '?sessionId='}${id}`,
      debugUrl: `${this.url}/debug/${id}`,
      sessionViewerUrl: `${this.url}/viewer/${id}`,
      dimensions: body['dimensions'] ?? { width: 1280, height: 720 },
      ...{ creditsUsed: 0, eventCount: 0, proxyBytesUsed: 0, proxySource: null, optimizeBandwidth: {} },
      ...{ headless: true, isSelenium: false, solveCaptcha: false },
    };
  }
}

function refuse(status: number, message: string): Answer {
  return { status, body: { message } };
}
