import fc from 'fast-check';
import type { Family } from './campaign.ts';
import type { Target } from './target.ts';
import type { Case } from './wire.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');

const methods =
  ['GET', 'POST', 'PATCH', 'PUT', 'OPTIONS', 'CONNECT', 'TRACE', 'get', 'G\0T', 'GET GET', '', 'X'.repeat(5_000), 'GET\t', '\u00e9'];
const versions =
  ['HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'HTTP/1.1 ', 'http/1.1', 'HTTP/1.', 'HTTP/11', '', 'HTTP/1.1\0'];
const lineEnds = ['\r\n', '\n', '\r', '\r\r\n', '\n\r'];
const headers = [
  'Content-Length: 2',
  'Content-Length: 3',
  'Content-Length: -1',
  'Content-Length: +2',
  'Content-Length: 0x2',
  'Content-Length: 2,2',
  'Content-Length: 18446744073709551618',
  'Content-Length: 9223372036854775807',
  'Content-Length:',
  'Content-Length : 2',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: Chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, gzip',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding:\tchunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
  'Host: elsewhere.example',
  'Host:',
  'Host: a b',
  'Host: [::1',
  'Host: localhost:99999999',
  'Host: \u00e9',
  'Connection: close',
  'Connection: upgrade, keep-alive, close',
  'Connection: content-length',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Expect: 100-continue',
  'Expect: the-unexpected',
  'Content-Type: application/json; charset=utf-7',
  'Content-Encoding: gzip',
  'Origin: null',
  'Origin: file:///etc/passwd',
  'Origin: http://[',
  'Sec-Fetch-Site: cross-site',
  'Authorization: Basic ====',
  'Authorization: Bearer',
  'Cookie: a=\0',
  'X: folded\r\n onto this line',
  ' X: begins with a space',
  'X\0Y: z',
  'no colon',
  ': no name',
  'X: \u0000\u0001\u007f\u00ff',
  'Accept: */*;q=NaN',
  'Range: bytes=0-18446744073709551615',
  'Trailer: Content-Length',
];
const bodies = [
  '', '{}', '{}{}', '2\r\n{}\r\n0\r\n\r\n', '0\r\n\r\n', 'FFFFFFFFFFFFFFFF\r\n{}', '80000000\r\n{}', '-1\r\n{}',
  '2;ext="\r\n{}\r\n0\r\n\r\n', '2\n{}\n0\n\n', '02\r\n{}\r\n0\r\nX: y\r\n\r\n', '0\r\n\r\nGET /workers HTTP/1.1\r\nHost: x\r\n\r\n',
];

function targets({ live }: Target): string[] {
  const id = `/sessions/${live.id}`;
  return [
    id, '/sessions', '/sessions/no', '/', '*', '', '//', 'http://elsewhere.example/sessions', 'http://', 'x', '/\0', '/ /', '/%', '/%zz',
    '/%00', '/..', '/../../etc/passwd', '/\u00ff', `${id}#f`, `${id}?`, `/${'a'.repeat(9_000)}`, `${id}/json/version`, '/health',
    '/v1/sessions',
  ];
}

/** A value from the list, or occasionally random bytes. */
const oddOr = (values: string[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')) },
  );

function request(target: Target): fc.Arbitrary<Buffer> {
  const [, ...own] = target.head('GET', '/').split('\r\n').slice(0, -2);
  return fc
    .record({
      method: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('GET', 'POST') }, { weight: 2, arbitrary: oddOr(methods) }),
      path: oddOr(targets(target)),
      version: fc.oneof({ weight: 5, arbitrary: fc.constant('HTTP/1.1') }, { weight: 1, arbitrary: oddOr(versions) }),
      lineEnd: fc.oneof({ weight: 9, arbitrary: fc.constant('\r\n') }, { weight: 1, arbitrary: fc.constantFrom(...lineEnds) }),
      own: fc.oneof({ weight: 9, arbitrary: fc.constant(own) }, { weight: 1, arbitrary: fc.constant<string[]>([]) }),
      odd: fc.oneof({ weight: 20, arbitrary: fc.array(oddOr(headers), { maxLength: 4 }) }, { weight: 1, arbitrary: many() }),
      body: oddOr(bodies),
    })
    .map(({ method, path, version, lineEnd, own: usual, odd, body }) =>
      latin([`${method} ${path} ${version}`, ...usual, ...odd, '', body].join(lineEnd)));
}

/** Headers whose number or length exceeds every limit. */
const many = () =>
  fc.constantFrom(Array.from({ length: 500 }, (_, index) => `X-${index}: y`), [`X: ${'y'.repeat(100_000)}`], [`${'X'.repeat(70_000)}: y`]);

interface Change {
  at: number;
  kind: 'set' | 'insert' | 'remove' | 'repeat';
  bytes: Uint8Array;
}

const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    kind: fc.constantFrom('set', 'insert', 'remove', 'repeat'),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  }),
  { maxLength: 4 },
);

function apply(whole: Buffer, all: Change[]): Buffer {
  let bytes = whole;
  for (const { at, kind, bytes: given } of all) {
    const place = Math.floor(at * bytes.length);
    const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
    if (kind === 'set') bytes = Buffer.concat([before, given, after.subarray(given.length)]);
    else if (kind === 'insert') bytes = Buffer.concat([before, given, after]);
    else if (kind === 'remove') bytes = Buffer.concat([before, after.subarray(given.length)]);
    else bytes = Buffer.concat([bytes, after]);
  }
  return bytes;
}

function cut(bytes: Buffer, places: number[]): Buffer[] {
  const ends = [...places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b), bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)).filter((part) => part.length > 0);
}

/** Requests with a wrong line, header or length: one or several in sequence, with changed bytes, and cut into packets. */
export const httpBytes: Family = {
  name: 'HTTP bytes',
  cases: (target) =>
    fc
      .record({
        requests: fc.array(request(target), { minLength: 1, maxLength: 3 }),
        changes: fc.oneof({ weight: 1, arbitrary: fc.constant<Change[]>([]) }, { weight: 1, arbitrary: changes }),
        places: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 4 }),
      })
      .map(({ requests, changes: all, places }): Case => ({ parts: cut(apply(Buffer.concat(requests), all), places), whole: false })),
};
