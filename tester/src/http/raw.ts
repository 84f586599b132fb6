import net from 'node:net';
import tls from 'node:tls';
import { formatDuration } from '../duration.ts';
import type { HttpClient } from './client.ts';
import { parseReply } from './parse.ts';
import { NoReply, Reply } from './reply.ts';

export type Bytes = string | Buffer;

export function connect(base: URL): net.Socket {
  const secure = base.protocol === 'https:';
  const host = base.hostname.replace(/^\[|\]$/g, '');
  const port = Number(base.port || (secure ? 443 : 80));
  return secure ? tls.connect({ host, port, servername: net.isIP(host) ? '' : host }) : net.connect({ host, port });
}

/** The head of a request, unchanged except that Host and the API key are added. */
export function head(client: HttpClient, method: string, path: string, lines: string[] = []): string {
  const known = Object.entries(client.headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${client.path(path)} HTTP/1.1`, `Host: ${client.base.host}`, ...known, ...lines, '', ''].join('\r\n');
}

/** Sends exactly these bytes over a new connection and reads one response, which may arrive before all bytes are sent. */
export async function exchange(
  client: HttpClient,
  parts: Iterable<Bytes> | AsyncIterable<Bytes>,
  deadlineMs = 10_000,
): Promise<Reply> {
  const socket = connect(client.base);
  try {
    return await new Promise<Reply>((resolve, reject) => {
      const started = performance.now();
      const lost = (why: string) => reject(new NoReply('raw request', 'connection', why));
      let bytes = Buffer.alloc(0);
      let error: Error | undefined;
      const read = (ended: boolean): boolean => {
        try {
          const parsed = parseReply(bytes, ended);
          if (parsed) resolve(new Reply(parsed.status, parsed.headers, parsed.body, performance.now() - started));
          return parsed !== null;
        } catch (malformed) {
          reject(malformed);
          return true;
        }
      };
      setTimeout(
        () => reject(new NoReply('raw request', 'deadline', `no answer within ${formatDuration(deadlineMs)}`)),
        deadlineMs,
      ).unref();
      socket.on('data', (part: Buffer) => {
        bytes = Buffer.concat([bytes, part]);
        read(false);
      });
      // A reset during writing must not hide a response that has already arrived, so only 'close' decides.
      socket.on('error', (lastError) => (error = lastError));
      socket.on('close', () => read(true) || lost(error?.message ?? 'closed without an answer'));
      send(socket, parts).catch(lost);
    });
  } finally {
    socket.destroy();
  }
}

async function send(socket: net.Socket, parts: Iterable<Bytes> | AsyncIterable<Bytes>): Promise<void> {
  for await (const part of parts) {
    if (socket.destroyed || !socket.writable) return;
    if (!socket.write(part)) {
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve);
        socket.once('close', resolve);
      });
    }
  }
}
