import type { TestContext } from '../suite.ts';

/** The query that carries the server's key, under the name that this kind of client gives it; nothing without --api-key. */
export function keyQuery({ options: { apiKey } }: TestContext, name: 'apiKey' | 'token' = 'apiKey'): Record<string, string> {
  return apiKey === undefined ? {} : { [name]: apiKey };
}

/** An address of the server under test. Keys go into the query: clients drop headers at redirects. */
export function address({ client }: TestContext, scheme: 'http' | 'ws', path: string, query: Record<string, string> = {}): string {
  const url = new URL(client.path(path), client.base);
  const secure = client.base.protocol === 'https:';
  url.protocol = scheme === 'ws' ? (secure ? 'wss:' : 'ws:') : client.base.protocol;
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
  return url.href;
}
