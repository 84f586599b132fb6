import createClient from 'openapi-fetch';
import { check, skip } from '../../check.ts';
import { HttpClient, type RequestOptions } from '../../http/client.ts';
import { Reply } from '../../http/reply.ts';
import { tryUpgrade } from '../../http/upgrade.ts';
import type { TestContext } from '../../suite.ts';
import { sleep } from '../../wait.ts';
import { Description } from './description.ts';
import type { paths } from './described.d.ts';

export const nobody = '00000000-0000-8000-8000-000000000000';

/** The client that is made from the description. */
export type Api = ReturnType<typeof createClient<paths>>;

/** What the tests of this suite share. Every answer that it fetches is compared with the description. */
export class Bench {
  private description: Promise<Description> | undefined;
  private browser: Promise<boolean> | undefined;

  read(context: TestContext): Promise<Description> {
    return (this.description ??= Description.read(context.client));
  }

  /** Calls that are typed by the description. */
  async api(context: TestContext, headers = context.client.headers): Promise<Api> {
    context.onCleanup(() => fetch(new URL('/v1/sessions/release', context.client.base), { method: 'POST', headers }));
    const description = await this.read(context);
    return createClient<paths>({
      baseUrl: context.client.base.href.replace(/\/$/, ''),
      headers,
      fetch: async (request) => {
        const answer = await fetch(new Request(request, { redirect: 'manual' }));
        const body = Buffer.from(await answer.clone().arrayBuffer());
        const url = new URL(request.url);
        description.mustHave(request.method, url.pathname + url.search, new Reply(answer.status, new Map(answer.headers), body, 0));
        return answer;
      },
    });
  }

  /** A call that no typed client would make. */
  async send(context: TestContext, method: string, path: string, options: RequestOptions = {}, client = context.client): Promise<Reply> {
    const reply = await client.request(method, path, { deadlineMs: 60_000, ...options });
    (await this.read(context)).mustHave(method, path, reply);
    return reply;
  }

  /** The answer to a WebSocket's handshake. */
  async connect(context: TestContext, path: string, lines: string[] = []): Promise<Reply> {
    const reply = await tryUpgrade(context.client, path, lines);
    (await this.read(context)).mustHave('GET', path, reply);
    return reply;
  }

  hasBrowser({ client }: TestContext): Promise<boolean> {
    return (this.browser ??= client.request('GET', '/json/version').then(({ status }) => status === 200));
  }

  async needBrowser(context: TestContext): Promise<void> {
    if (!(await this.hasBrowser(context))) skip('the workers of this server have no browsers');
  }
}

/** The same server, asked with another key or none. */
export function withKey({ client, onCleanup }: TestContext, key: string | undefined): HttpClient {
  const other = new HttpClient(client.base, key);
  onCleanup(() => other.close());
  return other;
}

/** Calls again while the server is full for a moment: workers of sessions that have just ended start their browsers again. */
export async function patiently<T extends { response: Response }>(call: () => Promise<T>): Promise<T> {
  for (let tries = 20; ; tries--) {
    const answer = await call();
    if (tries === 0 || (answer.response.status !== 429 && answer.response.status !== 503)) return answer;
    await sleep(500);
  }
}

/** Fails unless the call had one of these answers. */
export function answered(what: string, { response }: { response: Response }, ...statuses: number[]): void {
  check(statuses.includes(response.status), `${what} answered ${response.status}, expected ${statuses.join(' or ')}`);
}
