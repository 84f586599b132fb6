import type { TestContext } from '../suite.ts';

/** A path with these query parameters in this order; undefined ones are left out. */
export function withQuery(path: string, parts: Record<string, string | undefined>): string {
  const query = Object.entries(parts).flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encodeURIComponent(value)}`));
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}

/** The absolute address of a path on the server under test; the path may have a query. */
export function address({ client }: TestContext, scheme: 'http' | 'ws', path: string): string {
  const secure = client.base.protocol === 'https:' ? 's' : '';
  return `${scheme}${secure}://${client.base.host}${client.path(path)}`;
}
