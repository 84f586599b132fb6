import fc from 'fast-check';
import type { Family } from './campaign.ts';
import type { Target } from './target.ts';
import type { Case } from './wire.ts';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';

const lines: Record<string, string[]> = {
  connection: ['Upgrade', 'upgrade', 'keep-alive, Upgrade', 'close', 'Upgrade, close', '', 'Upgrade\r\nConnection: Upgrade'],
  upgrade: ['websocket', 'WebSocket', 'websocket, h2c', 'h2c', '', 'websocket/13', 'websocket\r\nUpgrade: websocket'],
  version: ['13', '13', '13', '8', '0', '-13', '13, 8', '999999999999', '', '13\r\nSec-WebSocket-Version: 13'],
  key: [key, key, key, '', 'short', '=', 'A'.repeat(8_000), `${key}\r\nSec-WebSocket-Key: ${key}`, '\u00ff\u00fe', `${key} `, '\0'],
  extensions: [
    'permessage-deflate', 'permessage-deflate; client_max_window_bits=99', 'permessage-deflate, permessage-deflate', 'x'.repeat(9_000),
    ';;;,,,', '\u00ff',
  ],
  protocol: ['', 'a, b, c', 'x'.repeat(9_000), '\u00ff', 'a\tb'],
};
const line = (name: string, label: string) =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant<string[]>([]) },
    { weight: 6, arbitrary: fc.constantFrom(...lines[name]!).map((value) => [`${label}: ${value}`]) },
  );

/** The handshake is mostly right, because otherwise no connection would ever be made. */
const handshake = fc.oneof<fc.MaybeWeightedArbitrary<string[]>[]>(
  {
    weight: 3,
    arbitrary: fc.constant(['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        line('connection', 'Connection'),
        line('upgrade', 'Upgrade'),
        line('version', 'Sec-WebSocket-Version'),
        line('key', 'Sec-WebSocket-Key'),
        line('extensions', 'Sec-WebSocket-Extensions'),
        line('protocol', 'Sec-WebSocket-Protocol'),
      )
      .map((all) => all.flat()),
  },
);

interface Frame {
  first: number;
  isMasked: boolean;
  claimed: bigint;
  width: 7 | 16 | 64;
  payload: Uint8Array;
}

/** A frame with any first byte: reserved bits, unknown opcodes, fragmented control frames. The claimed length may be wrong. */
const frame: fc.Arbitrary<Buffer> = fc
  .record<Frame>({
    first: fc.oneof(fc.constantFrom(0x81, 0x82, 0x89, 0x8a, 0x88, 0x01, 0x00, 0x80, 0x09, 0x08, 0xc1, 0xf1, 0x83, 0x8f), fc.nat(255)),
    isMasked: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    claimed: fc.oneof(
      { weight: 3, arbitrary: fc.constant(-1n) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          0n, 1n, 125n, 126n, 127n, 65_535n, 65_536n, 2n ** 31n, 2n ** 32n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n,
        ),
      },
    ),
    width: fc.constantFrom(7, 7, 16, 64),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 125 }),
      fc.constantFrom('{}', '{"id":1}', '{"id":"x","method":1}', '{"id":1,"method":"No.such"}', '[', '\0').map((text) =>
        new Uint8Array(Buffer.from(text))),
      fc.constant(new Uint8Array(70_000)),
    ),
  })
  .map(bytesOf);

function bytesOf({ first, isMasked, claimed, width, payload }: Frame): Buffer {
  const length = claimed < 0n ? BigInt(payload.length) : claimed;
  const needed = length > 65_535n ? 64 : length > 125n ? 16 : 7;
  const size = Math.max(width, needed);
  const head = Buffer.alloc(size === 7 ? 2 : size === 16 ? 4 : 10);
  head[0] = first;
  head[1] = (isMasked ? 0x80 : 0) | (size === 7 ? Number(length) : size === 16 ? 126 : 127);
  if (size === 16) head.writeUInt16BE(Number(length), 2);
  if (size === 64) head.writeBigUInt64BE(length, 2);
  return Buffer.concat(isMasked ? [head, Buffer.alloc(4), payload] : [head, payload]);
}

const frames = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: frame },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 50 }).map((bytes) => Buffer.from(bytes)) },
  ),
  { minLength: 1, maxLength: 6 },
);

function paths({ live: { id } }: Target): string[] {
  return [
    `/sessions/${id}/cdp`, `/sessions/${id}/cdp`, `/sessions/${id}`, `/?sessionId=${id}`, `/chromium?sessionId=${id}`,
    `/sessions/${id}/devtools/page/no`, `/sessions/${id}/devtools/browser/%0d%0a`, `/sessions/${id}/devtools/page/..%2f..%2fjson`,
    '/sessions/no/cdp', '/?sessionId=no', `/live/${id}/no`, '/health', '/',
  ];
}

/** Almost correct handshakes and, after correct ones, frames that no client may send, and garbage. */
export const webSockets: Family = {
  name: 'WebSockets',
  mayAskWorker: (status) => status < 400 || status >= 500,
  cases: (target) =>
    fc
      .record({
        method: fc.oneof(
          { weight: 9, arbitrary: fc.constant('GET') }, { weight: 1, arbitrary: fc.constantFrom('POST', 'PUT', 'DELETE', 'OPTIONS') },
        ),
        path: fc.constantFrom(...paths(target)),
        lines: handshake,
        frames,
      })
      // Another family covers the calls that end a session.
      .filter(({ method, path }) => method !== 'DELETE' || path === '/health')
      .map(({ method, path, lines: all, frames: sent }): Case =>
        ({ parts: [Buffer.from(target.head(method, path, all), 'latin1')], whole: true, frames: sent })),
};
