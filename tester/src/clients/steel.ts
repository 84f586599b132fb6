import { randomUUID } from 'node:crypto';
import type Steel from 'steel-sdk';
import { check, Failure, isObject, skip } from '../check.ts';
import type { TestContext } from '../suite.ts';
import { loadSteel } from './packages.ts';

/** The SDK's fields, and further fields that the SDK passes on although its types lack them. */
export type CreateFields = Steel.SessionCreateParams & {
  inactivityTimeout?: number;
  timezone?: string;
  locale?: string;
  metadata?: Record<string, string>;
};

export type SteelSession = Steel.Session & { metadata?: Record<string, string>; inactivityTimeout?: number };

/** Uses steel-sdk like a real user. All its sessions are released after the test. */
export class SteelUser {
  /** Part of the metadata of every session of this user, so that lists can be limited to them. */
  readonly mark = randomUUID();
  private readonly open = new Set<string>();
  private readonly underWay = new Set<Promise<unknown>>();
  private over = false;

  private constructor(
    readonly sdk: Steel,
    private readonly context: TestContext,
  ) {}

  static async start(context: TestContext): Promise<SteelUser> {
    const health = await context.client.request('GET', '/v1/health');
    if (health.status === 404) skip('this server does not speak the Steel dialect (GET /v1/health is 404)');
    const user = new SteelUser(await sdkAt(context, context.client.base.href.replace(/\/$/, '')), context);
    context.onCleanup(() => user.end());
    return user;
  }

  async create(fields: CreateFields = {}, sdk = this.sdk, options: Steel.RequestOptions = {}): Promise<SteelSession> {
    if (this.over) throw new Failure('the test is over, so it creates no more sessions');
    // Metadata that a test sets to something other than an object must be sent unchanged.
    const metadata = isObject(fields.metadata ?? {}) ? { tester: this.mark, ...fields.metadata } : fields.metadata;
    const marked = { ...fields, metadata };
    if (fields.sessionId !== undefined) this.open.add(fields.sessionId);
    const creating = Promise.resolve(sdk.sessions.create(marked, options)).then((session: SteelSession) => {
      this.open.add(session.id);
      return session;
    });
    const settled = creating.then(
      () => undefined,
      () => undefined,
    );
    this.underWay.add(settled);
    void settled.then(() => this.underWay.delete(settled));
    return creating;
  }

  /** Creates a session with a browser; skips the test if the workers have no browser. */
  async createBrowser(fields: CreateFields = {}, what = 'Steel sessions'): Promise<SteelSession> {
    const session = await offered(what, () => this.create(fields));
    const reply = await this.context.client.request('GET', `/sessions/${session.id}/json/version`);
    if (reply.status === 501) skip('the workers of this server have no CDP (json/version answers 501)');
    return session;
  }

  retrieve(id: string): Promise<SteelSession> {
    return Promise.resolve(this.sdk.sessions.retrieve(id));
  }

  async release(id: string): Promise<void> {
    const reply = await this.sdk.sessions.release(id);
    check(reply.success, `release answered ${JSON.stringify(reply)}`);
    this.open.delete(id);
  }

  /** The query of a list of only this user's sessions. SDK and server agree on the parameter name; only the SDK's types lack it. */
  own(query: Steel.SessionListParams = {}): Steel.SessionListParams {
    return { ...query, 'metadata[tester]': this.mark } as Steel.SessionListParams;
  }

  private async end(): Promise<void> {
    this.over = true;
    await this.releaseAllOpen();
    await Promise.all(this.underWay);
    await this.releaseAllOpen();
  }

  private async releaseAllOpen(): Promise<void> {
    const { client } = this.context;
    for (const id of this.open) await client.request('POST', `/v1/sessions/${id}/release`).catch(() => undefined);
    this.open.clear();
  }
}

/** The SDK with another address than the server's own, such as the address of a relay in front of it. */
export async function sdkAt({ options }: TestContext, baseURL: string): Promise<Steel> {
  const Client = await loadSteel();
  return new Client({ baseURL, steelAPIKey: options.apiKey ?? null });
}

/** The answer to a call that a server may lack. A 501, or a 404 for a live session, skips the test. */
export async function offered<T>(what: string, call: () => PromiseLike<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { status, message } = refusalOf(error);
    if (status === 501 || status === 404) skip(`this server does not offer ${what}: ${message}`);
    throw error;
  }
}

export interface Refusal {
  status: number;
  message: string;
  header(name: string): string | undefined;
}

/** The server's response in an error of the SDK. Rethrows any other error. */
export function refusalOf(error: unknown): Refusal {
  const known = isObject(error) ? error : undefined;
  if (!(error instanceof Error) || typeof known?.['status'] !== 'number') throw error;
  const headers = isObject(known['headers']) ? known['headers'] : {};
  return {
    status: known['status'], message: error.message, header: (name) => (headers[name] === undefined ? undefined : String(headers[name])),
  };
}

/** The call must be refused. */
export async function refused(what: string, call: () => PromiseLike<unknown>): Promise<Refusal> {
  let answer: unknown;
  try {
    answer = await call();
  } catch (error) {
    return refusalOf(error);
  }
  throw new Failure(`${what} was not refused but answered ${JSON.stringify(answer)}`);
}
