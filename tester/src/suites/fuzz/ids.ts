import fc from 'fast-check';
import type { Family } from './campaign.ts';
import type { Case } from './wire.ts';

const climbs = [
  '..', '.', '../..', '%2e%2e', '%2E%2e%2f', '..%2f..%2fworkers', '....//', '%252e%252e', '..%5c', '..;/', '%c0%ae%c0%ae',
  '../../../../etc/passwd',
];
const odd = [
  '%00', '%', '%zz', '%ff', '%ed%a0%80', '%0d%0aX:%20y', '%20', '+', '~', '*', '$', '{id}', '%7bid%7d', 'null', 'undefined', '0', '-1',
  '\u00e9', '%F0%9F%98%80', 'a'.repeat(2_000), '%61'.repeat(2_000), '%2f', 'a%2fb', 'a\\b', 'a;b=c', 'a,b', "a'b", 'a"b', 'a|b', 'a:b', '@',
  '[::1]', '00000000-0000-8000-8000-000000000000', '00000000000080008000000000000000', '{00000000-0000-8000-8000-000000000000}',
  '0x000000-0000-8000-8000-000000000000',
];

/** Near misses of the id of a live session. */
function nearly(id: string): string[] {
  return [
    id.slice(0, -1), `${id}0`, `${id}%20`, `${id}%00`, `%20${id}`, `{${id}}`, id.replaceAll('-', ''),
    id.replace(/.$/, (last) => (last === '0' ? '1' : '0')), id.replace(/^./, '%30'), `+${id.slice(1)}`, `${id}..`, `${id}%2f`, `${id};x`,
    id.replace('-', '%2d-'),
  ];
}

function fill({ path }: { path: string }, values: string[]): string {
  let next = 0;
  return path.replace(/\{\w+\}/g, () => values[next++ % values.length]!);
}

/** Every described call with invalid parameters: ids that are missing, almost right, too long, path-traversing or oddly escaped. */
export const ids: Family = {
  name: 'Ids',
  mayAskWorker: (status) => status < 400 || status >= 500,
  cases: (target) => {
    const routes = target.routes.filter(({ path }) => path.includes('{'));
    const value = fc.oneof(
      fc.constantFrom(...climbs),
      fc.constantFrom(...odd),
      fc.constantFrom(...nearly(target.live.id)),
      fc.uint8Array({ minLength: 1, maxLength: 12 }).map(escaped),
    );
    return fc.record({
      route: fc.constantFrom(...routes),
      bad: fc.array(value, { minLength: 2, maxLength: 2 }),
      isLive: fc.boolean(),
      extra: fc.constantFrom('', '', '', '/', '/..', '//', '?', '/x'),
    }).map(({ route, bad, isLive, extra }): Case => {
      // A call that ends a session must not get the id of a live session, in any escaped form.
      const ends = route.method !== 'GET' || route.path.startsWith('/kill');
      const values = bad.map((one) => (ends && names(one, target.live.id) ? 'no' : one));
      const path = fill(route, isLive && !ends ? [target.live.id, ...values] : values) + extra;
      return { parts: target.request(route.method, path, Buffer.alloc(0)), whole: true };
    });
  },
};

// A dot segment names the path itself, and can therefore name all sessions.
function names(value: string, id: string): boolean {
  const plain = value.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(parseInt(code.slice(1), 16)));
  return plain === id || plain === '.';
}

/** Leaves printable bytes unchanged and percent-encodes the others, so that the request target ends where it should. */
function escaped(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) =>
      (byte > 0x20 && byte < 0x7f && byte !== 0x23 && byte !== 0x3f ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`))
    .join('');
}
