import { once } from 'node:events';
import WebSocket from 'ws';
import { check, fail, field, isObject } from '../../check.ts';
import type { TestContext } from '../../suite.ts';

const answerMs = 10_000;

/** The page of the session, as json/list names it. */
export async function pageTargetUrl({ client }: TestContext, id: string): Promise<string> {
  const reply = await client.request('GET', `/sessions/${id}/json/list`);
  const targets = reply.json();
  check(Array.isArray(targets), `json/list answered ${reply}`);
  const page: unknown = targets.find((target) => isObject(target) && target['type'] === 'page');
  check(page, `json/list names no page: ${reply}`);
  return field(page, 'webSocketDebuggerUrl', 'string');
}

/** DevTools calls without a client library. */
export class CdpSocket {
  private lastId = 0;

  private constructor(private readonly socket: WebSocket) {}

  static async open(url: string, headers: Record<string, string>): Promise<CdpSocket> {
    const socket = new WebSocket(url, { headers, handshakeTimeout: answerMs, maxPayload: 256 * 1_048_576 });
    await once(socket, 'open');
    socket.on('error', () => undefined);
    return new CdpSocket(socket);
  }

  call(method: string, params: object): Promise<unknown> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(() => fail(`${method} was not answered within ${answerMs / 1_000} s`)), answerMs);
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.socket.off('message', read).off('close', lost);
        try {
          settle();
        } catch (error) {
          reject(error);
        }
      };
      const read = (message: WebSocket.RawData) => {
        const answer: unknown = JSON.parse(String(message));
        if (isObject(answer) && answer['id'] === id) end(() => resolve(field(answer, 'result', 'object')));
      };
      const lost = (code: number) => end(() => fail(`the socket was closed (${code}) before ${method} was answered`));
      this.socket.on('message', read).on('close', lost);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.socket.terminate();
  }
}
