import http from 'node:http';
import https from 'node:https';
import { formatDuration } from '../duration.ts';
import { NoReply, Reply } from './reply.ts';

export interface RequestOptions {
  body?: string | Buffer;
  headers?: Record<string, string>;
  deadlineMs?: number;
}

/** Uses plain node:http, because fetch would normalize the paths and headers that the tests cover. */
export class HttpClient {
  readonly headers: Record<string, string>;
  private readonly agent: http.Agent;

  constructor(
    readonly base: URL,
    apiKey: string | undefined,
  ) {
    this.headers = apiKey === undefined ? {} : { 'steel-api-key': apiKey, authorization: `Bearer ${apiKey}` };
    // The server might be closing a connection that was idle for longer, which would look like a lost request.
    const settings = { keepAlive: true, timeout: 4_000 };
    this.agent = base.protocol === 'https:' ? new https.Agent(settings) : new http.Agent(settings);
  }

  /** The path under the base address, sent unchanged. */
  path(path: string): string {
    return this.base.pathname.replace(/\/$/, '') + path;
  }

  request(method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
    const { body, headers, deadlineMs = 10_000 } = options;
    const what = `${method} ${path.length > 80 ? `${path.slice(0, 80)}...` : path}`;
    const started = performance.now();
    return new Promise<Reply>((resolve, reject) => {
      const request = (this.base.protocol === 'https:' ? https : http).request({
        agent: this.agent,
        host: this.base.hostname.replace(/^\[|\]$/g, ''),
        port: this.base.port || undefined,
        method,
        path: this.path(path),
        headers: { ...this.headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }), ...headers },
      });
      const timer = setTimeout(() => {
        request.destroy();
        reject(new NoReply(what, 'deadline', `no complete answer within ${formatDuration(deadlineMs)}`));
      }, deadlineMs);
      const lose = (error: Error) => {
        clearTimeout(timer);
        reject(new NoReply(what, 'connection', error.message || (error as NodeJS.ErrnoException).code || 'connection lost'));
      };
      request.on('error', lose);
      request.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', lose);
        response.on('end', () => {
          clearTimeout(timer);
          const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
          resolve(new Reply(response.statusCode ?? 0, new Map(flat), Buffer.concat(parts), performance.now() - started));
        });
      });
      request.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
