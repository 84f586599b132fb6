import { Sessions, type Session } from '../../api/sessions.ts';
import { watch, type Watch } from '../../api/watch.ts';
import { check, isObject } from '../../check.ts';
import type { HttpClient } from '../../http/client.ts';
import { head } from '../../http/raw.ts';
import type { Reply } from '../../http/reply.ts';
import type { TestContext } from '../../suite.ts';

export interface Route {
  method: string;
  /** The path with its parameters in braces. */
  path: string;
}

/** The server under test, with a session that requests may name and a bystander. Both must always keep returning their data. */
export class Target {
  private constructor(
    readonly client: HttpClient,
    readonly live: Session,
    private readonly bystander: Session,
    readonly routes: Route[],
    private readonly watching: Watch,
  ) {}

  static async prepare(context: TestContext): Promise<Target> {
    const sessions = new Sessions(context.client);
    context.onCleanup(() => sessions.end());
    const kept = [await sessions.create({ role: 'named' }), await sessions.create({ role: 'bystander' })] as const;
    const watching = watch({ ...context, sessions }, [...kept], 'under bad input');
    return new Target(context.client, ...kept, await routesOf(context.client), watching);
  }

  /** The head of a request as text, with the headers that the server requires from every client. */
  head(method: string, path: string, lines: string[] = []): string {
    return head(this.client, method, path, lines);
  }

  /** A complete request with a body. */
  request(method: string, path: string, body: Buffer, lines: string[] = []): Buffer[] {
    const length = body.length > 0 || method !== 'GET' ? [`Content-Length: ${body.length}`] : [];
    return [Buffer.from(this.head(method, path, [...lines, ...length]), 'latin1'), body].filter((part) => part.length > 0);
  }

  /** Whether this response shows a session that must not be cleaned up. */
  isKept(reply: Reply): boolean {
    const shown = reply.json();
    return isObject(shown) && [this.live.id, this.bystander.id].some((id) => id === shown['id']);
  }

  async mustStand({ figure }: TestContext): Promise<void> {
    const latencies = await this.watching.end();
    figure("other sessions' gets", latencies.count, '');
    figure('their p99', latencies.atMs(99), 'ms');
  }
}

/** All routes that the server describes. A server without a description has the routes of the challenge. */
async function routesOf(client: HttpClient): Promise<Route[]> {
  const reply = await client.request('GET', '/openapi.json');
  const described: unknown = reply.status === 200 ? reply.json() : undefined;
  const paths = isObject(described) ? described['paths'] : undefined;
  if (!isObject(paths))
    return [{ method: 'POST', path: '/sessions' }, ...['GET', 'DELETE'].map((method) => ({ method, path: '/sessions/{id}' }))];
  const routes = Object.entries(paths)
    .flatMap(([path, item]) => Object.keys(item as object).filter((name) => name !== 'parameters')
      .map((method) => ({ method: method.toUpperCase(), path })));
  check(routes.length > 0, '/openapi.json describes no call');
  return routes;
}
