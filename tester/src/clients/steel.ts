import { randomUUID } from 'node:crypto';
import type Steel from 'steel-sdk';
import { check, Failure, isObject, skip } from '../check.ts';
import type { TestContext } from '../suite.ts';
import { loadSteel } from './packages.ts';

/** The SDK's fields, and those that it passes on though its types do not know them. */
export type CreateFields = Steel.SessionCreateParams & {
  inactivityTimeout?: number;
  timezone?: string;
  locale?: string;
  metadata?: Record<string, string>;
};

export type SteelSession = Steel.Session & { metadata?: Record<string, string>; inactivityTimeout?: number };

/** steel-sdk as its users have it. Whatever it creates is released after the test. */
export class SteelUser {
  /** In the metadata of every session of this user, so that lists can be asked for them alone. */
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
    // What a test makes no object must arrive as it is.
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

  /** A session that can be driven, or a skip where the workers have no browser. */
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

  /** The query of a list of this user's sessions alone; SDK and server agree on the name, only the types do not. */
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

/** The SDK against another address than the server's own, such as that of a relay before it. */
export async function sdkAt({ options }: TestContext, baseURL: string): Promise<Steel> {
  const Client = await loadSteel();
  return new Client({ baseURL, steelAPIKey: options.apiKey ?? null });
}

/** The answer to a call that a server may lack: a 501, or a 404 for a session that lives, skips the test. */
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

/** What the server said, from the SDK's error. Any other error is thrown on. */
export function refusalOf(error: unknown): Refusal {
  const known = isObject(error) ? error : undefined;
  if (!(error instanceof Error) || typeof known?.['status'] !== 'number') throw error;
  const headers = isObject(known['headers']) ? known['headers'] : {};
  return { status: known['status'], message: error.message, header: (name) => (headers[name] === undefined ? undefined : String(headers[name])) };
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
