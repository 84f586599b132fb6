import { exchange, head, type Bytes } from '../../http/raw.ts';
import type { Test, TestContext } from '../../suite.ts';
import { sleep } from '../../wait.ts';
import { mustRefuse, type Refusal } from './bad-input.ts';

const json = 'Content-Type: application/json';

/** A request that can be sent only as raw bytes. */
function raw(name: string, refusal: Refusal, parts: (context: TestContext) => Iterable<Bytes> | AsyncIterable<Bytes>): Test {
  return { name, run: (context) => mustRefuse(context, name, () => exchange(context.client, parts(context)), refusal) };
}

function post(name: string, refusal: Refusal, lines: string[], body: Bytes): Test {
  return raw(name, refusal, ({ client }) => [head(client, 'POST', '/sessions', [json, ...lines]), body]);
}

function path(name: string, method: string, target: string, refusal: Refusal): Test {
  return raw(name, refusal, ({ client }) => [head(client, method, target)]);
}

async function* dripping(first: string): AsyncGenerator<Bytes> {
  yield first;
  for (const byte of '{"user":"slow, one byte a second"}') {
    yield byte;
    await sleep(1_000);
  }
}

function* chunks(count: number): Generator<Bytes> {
  const size = 65_536;
  const filler = Buffer.alloc(size, ' ');
  for (let sent = 0; sent < count; sent++) yield Buffer.concat([Buffer.from(`${size.toString(16)}\r\n`), filler, Buffer.from('\r\n')]);
  yield '0\r\n\r\n';
}

const byServer = true;

export const badRequests: Test[] = [
  post('A body of 2 MiB with a length is 413', { statuses: [413] }, ['Content-Length: 2097152'], Buffer.alloc(2_097_152, ' ')),
  raw('A body of 2 MiB in chunks is 413', { statuses: [413] }, function* ({ client }) {
    yield head(client, 'POST', '/sessions', [json, 'Transfer-Encoding: chunked']);
    yield* chunks(32);
  }),
  raw('A body at 1 byte/s is 408', { statuses: [408, 400] }, ({ client }) =>
    dripping(head(client, 'POST', '/sessions', [json, 'Content-Length: 34'])),
  ),
  raw('A chunked body at 1 byte/s is 408', { statuses: [408, 400] }, async function* ({ client }) {
    yield head(client, 'POST', '/sessions', [json, 'Transfer-Encoding: chunked']);
    for (const byte of '{"user":"slow"}') {
      yield `1\r\n${byte}\r\n`;
      await sleep(1_000);
    }
  }),
  post('A Content-Length beyond the body is 4xx', { statuses: [400, 408] }, ['Content-Length: 10'], '{}'),
  post('A Content-Length short of the body is 400', { statuses: [400] }, ['Content-Length: 3'], '{"a":1}'),
  post('A Content-Length that is no number is 400', { statuses: [400], byServer }, ['Content-Length: two'], '{}'),
  post('A negative Content-Length is 400', { statuses: [400], byServer }, ['Content-Length: -2'], '{}'),
  post('Two Content-Lengths that differ are 400', { statuses: [400], byServer }, ['Content-Length: 2', 'Content-Length: 3'], '{} '),
  post('Broken chunks are 400', { statuses: [400], byServer }, ['Transfer-Encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n'),
  raw('100 KB of headers are 431', { statuses: [431], byServer }, ({ client }) => [
    head(client, 'GET', '/sessions/invalid', Array.from({ length: 100 }, (_, index) => `X-Filler-${index}: ${'x'.repeat(1_000)}`)),
  ]),
  raw('One header of 100 KB is 431', { statuses: [431], byServer }, ({ client }) => [
    head(client, 'GET', '/sessions/invalid', [`X-Filler: ${'x'.repeat(100_000)}`]),
  ]),
  path('GET of an id of 8 KB is 404 or 414', 'GET', `/sessions/${'a'.repeat(8_192)}`, { statuses: [404, 414], byServer }),
  path('DELETE of an id of 7 KB is 404', 'DELETE', `/sessions/${'a'.repeat(7_000)}`, { statuses: [404] }),
  path('GET of the id %00 is 4xx', 'GET', '/sessions/%00', { statuses: [400, 404], byServer }),
  path('DELETE of the id %00 is 4xx', 'DELETE', '/sessions/%00', { statuses: [400, 404], byServer }),
  path('GET of the id %2e%2e is 4xx', 'GET', '/sessions/%2e%2e', { statuses: [400, 404], byServer }),
  path('DELETE of /sessions/%2e%2e/workers is 4xx', 'DELETE', '/sessions/%2e%2e/workers', { statuses: [400, 404, 405], byServer }),
  path('GET of an id with %2f and %ff is 4xx', 'GET', '/sessions/%2f%ff', { statuses: [400, 404], byServer }),
  path('An unknown path is 404', 'GET', '/no/such/path', { statuses: [404] }),
  ...unknownMethods(),
];

function unknownMethods(): Test[] {
  const targets: [string, string][] = [
    ['PUT', '/sessions'],
    ['PATCH', '/sessions/invalid'],
    ['BREW', '/sessions'],
    ['POST', '/status'],
    ['DELETE', '/workers'],
  ];
  return targets.map(([method, target]) => ({
    name: `${method} ${target} is 405`,
    async run(context) {
      if (target === '/workers' || target === '/status') await context.pool.need(`so no ${target} either`);
      await mustRefuse(
        context,
        `${method} ${target}`,
        () => exchange(context.client, [head(context.client, method, target, ['Content-Length: 0'])]),
        { statuses: [405] },
      );
    },
  }));
}
