import { once } from 'node:events';
import WebSocket from 'ws';
import { check, Failure, field, isObject, show } from '../check.ts';
import type { TestContext } from '../suite.ts';

/** Long, because tens of MiB may be in flight before the answer. */
const answerMs = 30_000;
const mostBytes = 256 * 1_048_576;

export interface Closed {
  code: number;
  reason: string;
}

interface Waiting {
  method: string;
  resolve(result: Record<string, unknown>): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** The address of the session's page from json/list. */
export async function pageTargetUrl({ client }: TestContext, id: string): Promise<string> {
  const reply = await client.request('GET', `/sessions/${id}/json/list`);
  const targets = reply.json();
  check(Array.isArray(targets), `json/list answered ${reply}`);
  const page: unknown = targets.find((target) => isObject(target) && target['type'] === 'page');
  check(page, `json/list names no page: ${reply}`);
  return field(page, 'webSocketDebuggerUrl', 'string');
}

/** Makes DevTools calls without a client library. */
export class CdpSocket {
  private lastId = 0;
  private readonly waiting = new Map<number, Waiting>();
  readonly closed: Promise<Closed>;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (message) => this.read(message));
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        for (const [id, { method }] of this.waiting)
          this.settle(id, new Failure(`the socket was closed (${code}) before ${method} was answered`));
        resolve({ code, reason: reason.toString() });
      });
    });
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<CdpSocket> {
    const socket = new WebSocket(url, { headers, handshakeTimeout: answerMs, maxPayload: mostBytes });
    const cdp = new CdpSocket(socket);
    await once(socket, 'open');
    socket.on('error', () => undefined);
    return cdp;
  }

  call(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const late = () => this.settle(id, new Failure(`${method} was not answered within ${answerMs / 1_000} s`));
      this.waiting.set(id, { method, resolve, reject, timer: setTimeout(late, answerMs) });
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** Evaluates an expression in a page target and returns its value. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.call('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    return field(answer, 'result', 'object')['value'];
  }

  /** Stops reading, so that the data from the other side accumulates on the way. */
  pause(): void {
    this.socket.pause();
  }

  close(): void {
    this.socket.terminate();
  }

  private read(message: WebSocket.RawData): void {
    const answer: unknown = JSON.parse(String(message));
    if (!isObject(answer) || typeof answer['id'] !== 'number') return;
    const result = answer['result'];
    this.settle(answer['id'], isObject(result) ? result : new Failure(`the browser answered ${show(answer)}`));
  }

  private settle(id: number, outcome: Record<string, unknown> | Error): void {
    const call = this.waiting.get(id);
    if (!call) return;
    this.waiting.delete(id);
    clearTimeout(call.timer);
    if (outcome instanceof Error) call.reject(outcome);
    else call.resolve(outcome);
  }
}
