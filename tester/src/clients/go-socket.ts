import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { check, Failure, field, isObject, show } from '../check.ts';
import { formatDuration } from '../duration.ts';
import { parseReply } from '../http/parse.ts';
import { connect } from '../http/raw.ts';
import { poll } from '../wait.ts';
import { maskedText, readFrame } from './frames.ts';

const answerMs = 15_000;

/** DevTools calls as chromedp makes them with gobwas/ws: no extensions, and any frame that is not text is an error. */
export class GoSocket {
  private bytes = Buffer.alloc(0);
  private lastId = 0;
  private lost: string | undefined;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (part: Buffer) => (this.bytes = Buffer.concat([this.bytes, part])));
    socket.on('error', (error) => (this.lost ??= error.message));
    socket.on('close', () => (this.lost ??= 'closed'));
  }

  static async open(url: URL): Promise<GoSocket> {
    const opened = new GoSocket(connect(url));
    const key = randomBytes(16).toString('base64');
    const head = [
      `GET ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`, 'Upgrade: websocket', 'Connection: Upgrade',
      'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`, '', '',
    ];
    opened.socket.write(head.join('\r\n'));
    const reply = await opened.next('the upgrade', (bytes) => parseReply(bytes, false) ?? undefined);
    check(reply.status === 101, `the upgrade of ${url.href} answered ${reply.status} ${reply.body.toString()}`);
    return opened;
  }

  async call(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.lastId;
    this.socket.write(maskedText(JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })));
    for (;;) {
      const { text } = await this.next(`the answer to ${method}`, readFrame);
      const message: unknown = JSON.parse(text);
      if (!isObject(message) || message['id'] !== id) continue;
      check(message['error'] === undefined, `${method} answered ${show(message)}`);
      return field(message, 'result', 'object');
    }
  }

  close(): void {
    this.socket.destroy();
  }

  /** The next thing in the bytes that have come; the reader returns undefined while they are too few. */
  private async next<T extends { length: number }>(what: string, read: (bytes: Buffer) => T | undefined): Promise<T> {
    const found = await poll(
      async () => {
        const whole = read(this.bytes);
        if (whole === undefined && this.lost !== undefined) throw new Failure(`${what} did not come: ${this.lost}`);
        return whole;
      },
      { withinMs: answerMs, everyMs: 5 },
    );
    check(found, `${what} did not come within ${formatDuration(answerMs)}`);
    this.bytes = this.bytes.subarray(found.length);
    return found;
  }
}
