import { check } from '../../check.ts';
import type { TestContext } from '../../suite.ts';
import { say } from './wire.ts';

interface Known {
  what: string;
  bytes: string;
  statuses: number[];
  /** True if the bytes hide a second request, which must not be answered. */
  hides?: boolean;
}

const post = (lines: string[], body: string) => ['POST /sessions HTTP/1.1', 'Host: localhost', ...lines, '', body].join('\r\n');
const get = (lines: string[], path = '/sessions/no', version = 'HTTP/1.1') => [`GET ${path} ${version}`, ...lines, '', ''].join('\r\n');
const host = 'Host: localhost';
const smuggled = 'GET /workers HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** Requests that have broken servers of this kind, each with the acceptable statuses. A hidden second request must not be answered. */
const forms: Known[] = [
  {
    what: 'a length and chunks',
    bytes: post(['Content-Length: 46', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`),
    statuses: [201, 400],
    hides: true,
  },
  {
    what: 'chunks and a length',
    bytes: post(['Transfer-Encoding: chunked', 'Content-Length: 2'], `0\r\n\r\n${smuggled}`),
    statuses: [201, 400],
    hides: true,
  },
  { what: 'two equal lengths', bytes: post(['Content-Length: 2', 'Content-Length: 2'], `x}${smuggled}`), statuses: [400], hides: true },
  { what: 'a list of lengths', bytes: post(['Content-Length: 2, 2'], 'x}'), statuses: [400] },
  { what: 'a length with a sign', bytes: post(['Content-Length: +2'], 'x}'), statuses: [400] },
  { what: 'a length of 2^64 + 2', bytes: post(['Content-Length: 18446744073709551618'], 'x}'), statuses: [400, 413] },
  { what: 'white space before the colon of a length', bytes: post(['Content-Length : 2'], 'x}'), statuses: [400] },
  { what: 'white space before the colon of an encoding', bytes: post(['Transfer-Encoding : chunked'], '0\r\n\r\n'), statuses: [400] },
  {
    what: 'an unknown transfer encoding',
    bytes: post(['Transfer-Encoding: xchunked'], `0\r\n\r\n${smuggled}`),
    statuses: [400, 501],
    hides: true,
  },
  {
    what: 'chunked that is not the last encoding',
    bytes: post(['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${smuggled}`),
    statuses: [400, 501],
    hides: true,
  },
  {
    what: 'chunks in HTTP/1.0',
    bytes: post(['Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`).replace('HTTP/1.1', 'HTTP/1.0'),
    statuses: [201, 400, 411, 426, 501],
    hides: true,
  },
  { what: 'a POST in HTTP/1.0 without a length', bytes: post([], '{"a":').replace('HTTP/1.1', 'HTTP/1.0'), statuses: [400, 411] },
  {
    what: 'a chunk size beyond 64 bits',
    bytes: post(['Transfer-Encoding: chunked'], 'FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n'),
    statuses: [400, 413],
  },
  { what: 'a chunk size with a sign', bytes: post(['Transfer-Encoding: chunked'], '+2\r\n{}\r\n0\r\n\r\n'), statuses: [400] },
  { what: 'a chunk size with 0x', bytes: post(['Transfer-Encoding: chunked'], '0x2\r\n{}\r\n0\r\n\r\n'), statuses: [400] },
  { what: 'a chunk longer than it says', bytes: post(['Transfer-Encoding: chunked'], '2\r\n{}{}\r\n0\r\n\r\n'), statuses: [400] },
  {
    what: 'a chunk extension of 100 KB',
    bytes: post(['Transfer-Encoding: chunked'], `2;${'x'.repeat(100_000)}\r\n{]\r\n0\r\n\r\n`),
    statuses: [400, 413],
  },
  {
    what: 'trailers of 100 KB',
    bytes: post(['Transfer-Encoding: chunked'], `2\r\n{]\r\n0\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`),
    statuses: [400, 413, 431],
  },
  { what: 'a folded header', bytes: get([host, 'X: a', ' b']), statuses: [400] },
  { what: 'a first header that is folded', bytes: get([' X: a', host]), statuses: [400] },
  { what: 'a NUL in a header', bytes: get([host, 'X: a\0b']), statuses: [400] },
  { what: 'a NUL in the name of a header', bytes: get([host, 'X\0: a']), statuses: [400] },
  { what: 'a lone CR in a header', bytes: get([host, 'X: a\rY: b']), statuses: [400] },
  { what: 'a header without a colon', bytes: get([host, 'X']), statuses: [400] },
  { what: 'a header without a name', bytes: get([host, ': a']), statuses: [400] },
  { what: 'no Host', bytes: get([]), statuses: [400] },
  { what: 'two Hosts', bytes: get([host, 'Host: elsewhere']), statuses: [400] },
  { what: 'a Host that is none', bytes: get(['Host: a b']), statuses: [400, 403] },
  { what: 'a Host with a path', bytes: get(['Host: localhost/workers']), statuses: [400, 403] },
  { what: 'a Host that is not that of the target', bytes: get([host], 'http://elsewhere.example/sessions/no'), statuses: [400, 403, 404] },
  { what: 'a target with a fragment', bytes: get([host], '/sessions/no#x'), statuses: [400, 404] },
  { what: 'a target with a NUL', bytes: get([host], '/sessions/\0'), statuses: [400] },
  { what: 'a target with %00', bytes: get([host], '/sessions/%00'), statuses: [400, 404] },
  { what: 'a target with white space', bytes: get([host], '/sessions/a b'), statuses: [400] },
  { what: 'a target of 100 KB', bytes: get([host], `/${'a'.repeat(100_000)}`), statuses: [414, 400, 431] },
  { what: 'a method of 100 KB', bytes: `${'A'.repeat(100_000)} / HTTP/1.1\r\n${host}\r\n\r\n`, statuses: [400, 405, 414, 431, 501] },
  { what: 'HTTP/0.9', bytes: 'GET /\r\n\r\n', statuses: [400, 505] },
  { what: 'HTTP/9.9', bytes: get([host], '/', 'HTTP/9.9'), statuses: [400, 505] },
  { what: 'a hello of TLS', bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', statuses: [400] },
  { what: 'CONNECT', bytes: `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${host}\r\n\r\n`, statuses: [400, 404, 405, 501] },
  { what: 'TRACE', bytes: `TRACE / HTTP/1.1\r\n${host}\r\n\r\n`, statuses: [400, 404, 405, 501] },
  { what: 'OPTIONS *', bytes: `OPTIONS * HTTP/1.1\r\n${host}\r\n\r\n`, statuses: [200, 204, 400, 404, 405] },
  { what: 'an expectation that nobody knows', bytes: post(['Expect: the-unexpected', 'Content-Length: 2'], '{]'), statuses: [400, 417] },
  {
    what: 'an upgrade with a body',
    bytes: post(
      [
        'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        'Content-Length: 2',
      ],
      '{]',
    ),
    statuses: [400, 405, 426],
  },
  { what: 'a packed body', bytes: post(['Content-Encoding: gzip', 'Content-Length: 3'], '\x1f\x8b\x08'), statuses: [400, 415] },
];

/** Sends each of these requests over a separate connection. */
export async function corpus({ client, sessions, figure }: TestContext): Promise<void> {
  const key = Object.entries(client.headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const wrong: string[] = [];
  for (const { what, bytes, statuses, hides } of forms) {
    const { replies, malformed } = await say(client, {
      parts: [Buffer.from(bytes.replace('\r\n', `\r\n${key}`), 'latin1')], whole: true, ...(hides ? { listensOn: true } : {}),
    });
    check(malformed === undefined, `${what}: the server sent ${malformed}`);
    const [reply] = replies;
    if (reply) sessions.remember(reply);
    if (!reply || !statuses.includes(reply.status))
      wrong.push(`${what}: answered ${reply ?? 'nothing'}, expected ${statuses.join(' or ')}`);
    if (hides && replies.length > 1) wrong.push(`${what}: what it hides was answered, too: ${replies[1]}`);
  }
  figure('forms', forms.length, '');
  check(wrong.length === 0, wrong.join('\n'));
}
