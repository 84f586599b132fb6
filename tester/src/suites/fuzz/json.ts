import fc from 'fast-check';
import type { Family } from './campaign.ts';
import type { Target } from './target.ts';
import type { Case } from './wire.ts';

const names = [
  'id', 'url', 'sessionId', 'timeout', 'inactivityTimeout', 'dimensions', 'width', 'height', 'userAgent', 'proxyUrl', 'useProxy',
  'timezone', 'locale', 'blockAds',
  'optimizeBandwidth', 'blockHosts', 'sessionContext', 'cookies', 'localStorage', 'sessionStorage', 'indexedDB', 'deviceConfig', 'device',
  'metadata', 'namespace',
  'debugConfig', 'interactive', 'format', 'delay', 'screenshot', 'pdf', 'fullPage', 'action', 'coordinates', 'text', 'keys', 'button',
  'name', 'value', 'domain',
  'stealthConfig', 'credentials', 'solveCaptcha', 'region', 'headless', 'isSelenium', '', '__proto__', '$type',
];

/** Raw values that are JSON, or almost. */
const rawValues = [
  '0', '-0', '-1', '1', '1e400', '-1E-400', '1E+999999', '9223372036854775807', '9223372036854775808', '0.1', '00', '01', '+1', '.5', '1.',
  '0x10', '1_000', 'NaN', 'Infinity',
  '9'.repeat(400), 'true', 'false', 'null', 'True', '[]', '{}', '[null]', '[{}]', '[[]]', '""', '" "', '"\\u0000"', '"\\u001f"',
  '"\\uFEFF"', '"\\ud83d\\ude00"', '"\\x41"', '"\\"', "'a'", '"\t"', '"\n"',
  `"${'x'.repeat(9_000)}"`, '"http://127.0.0.1:1/"', '"https://["', '"http://\\u0000/"', '"file:///etc/passwd"', '"javascript:1"',
  '"socks5://a:b@c:d"', '"de-DE"', '"Europe/Berlin"', '"../../etc"', '"desktop"', '"mobile"',
  '"00000000-0000-8000-8000-000000000000"', '"{00000000-0000-8000-8000-000000000000}"', '["html","html"]', '["no"]',
  '{"width":1e9,"height":0}', '{"http://a":{"k":1}}', '[{"name":"a","value":"b","domain":"c"}]',
];
/** A lone surrogate is valid JSON, but not valid text. */
const halves = ['"\\ud800"', '"\\udc00\\ud800"', '"a\\udfffb"'];

const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...rawValues, ...halves) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map((text) => JSON.stringify(text)) },
);
const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...names).map((name) => JSON.stringify(name)) },
  { weight: 1, arbitrary: fc.constantFrom(...halves, '"\\u0069d"', 'id', '1') },
);
const object: fc.Arbitrary<string> = fc.letrec<{ object: string; inner: string }>((tie) => ({
  object: fc.array(fc.tuple(key, tie('inner')), { maxLength: 5 })
    .map((fields) => `{${fields.map(([name, inner]) => `${name}:${inner}`).join(',')}}`),
  inner: fc.oneof({ depthSize: 'small' }, { weight: 4, arbitrary: value }, { weight: 1, arbitrary: tie('object') }),
})).object;
/** With a valid URL, a page call gets as far as the validation of its other fields. */
const pageCall = object.map((text) => `{"url":"http://127.0.0.1:1/"${text === '{}' ? '}' : `,${text.slice(1)}`}`);

const nested = fc
  .record({
    depth: fc.constantFrom(1, 63, 64, 65, 127, 128, 129, 200, 1_000, 100_000),
    open: fc.constantFrom('[', '{"a":', '[{"sessionId":'),
    closed: fc.boolean(),
  })
  .map(({ depth, open, closed }) =>
    open.repeat(depth) + (closed ? `0${(open === '[' ? ']' : open === '[{"sessionId":' ? '}]' : '}').repeat(depth)}` : ''));
const inField = fc.record({ name: fc.constantFrom(...names), nested })
  .map(({ name, nested: deep }) => `{"url":"http://127.0.0.1:1/",${JSON.stringify(name)}:${deep}}`);
const huge = fc.constantFrom(
  `[${'0,'.repeat(300_000)}0]`,
  `{"metadata":{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":"v"`).join(',')}}}`,
  `{"a":"${'x'.repeat(1_048_560)}"}`,
  `{${'"a":1,'.repeat(100_000)}"a":1}`,
  ' '.repeat(1_000_000),
);

const text = fc.oneof(
  { weight: 8, arbitrary: object },
  { weight: 4, arbitrary: pageCall },
  { weight: 3, arbitrary: value },
  { weight: 2, arbitrary: nested },
  { weight: 2, arbitrary: inField },
  { weight: 1, arbitrary: huge },
);

/** Other defects that the bytes of a JSON body can have. */
const wrap: ((json: string) => Buffer)[] = [
  (json) => Buffer.from(`\ufeff${json}`),
  (json) => Buffer.from(json, 'utf16le'),
  (json) => Buffer.from(`${json},`),
  (json) => Buffer.from(`${json}\0`),
  (json) => Buffer.from(`//\n${json}`),
  (json) => Buffer.from(json.slice(0, json.length / 2)),
  (json) => Buffer.from(json, 'latin1'),
  (json) => Buffer.concat([Buffer.from(json.slice(0, -1)), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(json.slice(-1))]),
];
const bytes = fc.tuple(
  text,
  fc.oneof({ weight: 4, arbitrary: fc.constant((json: string) => Buffer.from(json)) }, { weight: 1, arbitrary: fc.constantFrom(...wrap) }),
)
  .map(([json, make]) => make(json));

/** The calls that take a body, without those that end the sessions of others by design. */
function paths({ live, routes }: Target): string[] {
  return routes
    .filter(({ method, path }) => method === 'POST' && !path.endsWith('/release'))
    .map(({ path }) => path.replace('{id}', live.id));
}

/** Bodies for every call that takes one: known fields with any value, depths, numbers, lone surrogates, duplicates, sizes, encodings. */
export const json: Family = {
  name: 'JSON bodies',
  mayAskWorker: (status) => status < 400 || status >= 500,
  cases: (target) =>
    fc
      .record({
        path: fc.constantFrom(...paths(target)),
        bytes,
        type: fc.constantFrom(
          'application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=', 'text/plain; charset=utf-16',
        ),
      })
      .map(({ path, bytes: body, type }): Case => ({ parts: target.request('POST', path, body, [`Content-Type: ${type}`]), whole: true })),
};
