import type { TestContext } from '../../suite.ts';
import type { Test } from '../../suite.ts';
import { mustRefuse } from './bad-input.ts';

const mebibyte = 1_048_576;
const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const notJson: [string, string | Buffer][] = [
  ['plain text', 'hello'],
  ['a cut-off object', '{"user":"alice"'],
  ['a form', 'user=alice&role=admin'],
  ['two objects', '{}{}'],
  ['a trailing comma', '{"a":1,}'],
  ['white space alone', '   '],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ['an overlong UTF-8 sequence', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['a NUL byte', Buffer.from('{"a":"\0"}')],
  ['a NUL byte after the JSON', Buffer.from('{"a":1}\0')],
  ['depth 10,000', `{"a":${deep(10_000)}}`],
  ['depth 10,000, never closed', '['.repeat(10_000)],
];

export const badBodies: Test[] = [
  ...notJson.map(([what, body]) => ({
    name: `POST of ${what} is 400`,
    run: (context: TestContext) =>
      mustRefuse(context, `POST of ${what}`, () => context.sessions.post(body, { headers: { 'content-type': 'application/json' } }), {
        statuses: [400],
      }),
  })),
  {
    name: 'POST of 1 MiB is taken, one byte more is 413',
    async run(context) {
      const filler = (size: number) => JSON.stringify({ filler: 'x'.repeat(size - '{"filler":""}'.length) });
      await context.sessions.create(JSON.parse(filler(mebibyte)));
      await mustRefuse(context, 'POST of 1 MiB + 1', () => context.sessions.post(filler(mebibyte + 1)), { statuses: [413] });
    },
  },
];
