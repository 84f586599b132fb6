import fc from 'fast-check';
import type { Family } from './campaign.ts';
import type { Target } from './target.ts';
import type { Case } from './wire.ts';

const names = [
  'sessionId', 'apiKey', 'token', 'timeout', 'launch', 'blockAds', 'trackingId', 'status', 'limit', 'cursorId', 'metadata[a]', 'metadata[',
  'metadata[]', 'METADATA[A]', 'interactive', 'tab', 'showControls', '', '%00', 'a'.repeat(3_000), '%F0%9F%98%80', '%ff', '%', 'sessionid',
];
const values = [
  '', '0', '1', '-1', '1e9', '99999999999999999999', '%', '%zz', '%00', '%ff', '%0d%0aSet-Cookie:%20a', '+', 'a'.repeat(5_000), 'true',
  'null', '%5b%5d', '[]', '{}', '%7b%7d', '%7b%22args%22:1%7d', '%7b%22args%22:[1,null,%22--lang%22,%22--lang=%22]%7d',
  '%7b%22args%22:[%22--window-size=1,2%22,%22--user-agent=%0d%0a%22]%7d', '%7b%22args%22:[%22--proxy-server=:::%22]%7d',
  '%7b%22a%22:1,%22a%22:2%7d', '%22%5cud800%22', '[[[[[[[[[[[[[[[[', 'live', 'released', 'failed', 'LIVE', '50',
  '00000000-0000-8000-8000-000000000000', '../..', '<script>', '?apiKey=k', '?token=', '?sessionId=x', '&', '=', ';', '#', '\u00e9',
  '%F0%9F%98%80',
];

const pair = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...values), fc.constantFrom('=', '=', '=', '', '=='))
  .map(([name, value, equals]) => name + equals + value);
const query = fc.oneof(
  { weight: 12, arbitrary: fc.array(pair, { minLength: 1, maxLength: 5 }).map((pairs) => pairs.join('&')) },
  { weight: 2, arbitrary: fc.tuple(pair, pair).map(([first, second]) => `${first}?${second}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('&'.repeat(6_000), 'a&'.repeat(3_000), '?'.repeat(5_000), 'a=1&'.repeat(1_800), '%41'.repeat(2_000)),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 30 }).map((bytes) =>
      [...bytes].filter((byte) => byte > 0x20 && byte !== 0x7f && byte !== 0x23).map((byte) => String.fromCharCode(byte)).join('')),
  },
);

const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];

/** Calls that read or forward their query, without a path parameter or with the id of a live session. */
function calls({ live, routes }: Target): { method: string; path: string }[] {
  return routes
    .filter(({ method, path }) => ['GET', 'PUT'].includes(method) && !path.startsWith('/kill') && !/\{(?!id)/.test(path))
    .map(({ method, path }) => ({ method, path: path.replace('{id}', live.id) }));
}

/** Query strings of requests and connects: known names with any value, repeated, oddly escaped, with two question marks, or very long. */
export const queries: Family = {
  name: 'Query strings',
  mayAskWorker: (status) => status < 400 || status >= 500,
  cases: (target) =>
    fc.record({ call: fc.constantFrom(...calls(target)), query, connects: fc.boolean() }).map(({ call, query: text, connects }): Case => {
      const lines = connects && call.method === 'GET' ? upgrade : [];
      return { parts: target.request(call.method, `${call.path}?${text}`, Buffer.alloc(0), lines), whole: true };
    }),
};
