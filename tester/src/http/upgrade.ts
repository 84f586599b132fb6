import { randomBytes } from 'node:crypto';
import type { HttpClient } from './client.ts';
import { exchange, head } from './raw.ts';
import type { Reply } from './reply.ts';

/** Requests a WebSocket and returns the response to the handshake: 101, or the refusal with its body. */
export function tryUpgrade(client: HttpClient, path: string, more: string[] = []): Promise<Reply> {
  const lines = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...more,
  ];
  return exchange(client, [head(client, 'GET', path, lines)]);
}
