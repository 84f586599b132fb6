import { check, skip } from '../check.ts';
import { tryUpgrade } from '../http/upgrade.ts';
import type { TestContext } from '../suite.ts';
import { address, withQuery } from './address.ts';

/**
 * An address that a client can connect to. It either leads to the session with this id or creates a session. Keys are in the query,
 * because clients drop headers at redirects.
 */
export interface Form {
  shown: string;
  creates: boolean;
  /** The path with its query. */
  path(id: string, apiKey: string | undefined): string;
}

/** Every form in public scripts that opens a WebSocket directly. */
export const socketForms: Form[] = [
  { shown: '/?apiKey=K&sessionId=ID', creates: false, path: (sessionId, apiKey) => withQuery('/', { apiKey, sessionId }) },
  { shown: '/?sessionId=ID&apiKey=K', creates: false, path: (sessionId, apiKey) => withQuery('/', { sessionId, apiKey }) },
  {
    shown: '/?sessionId=ID?apiKey=K',
    creates: false,
    path: (sessionId, apiKey = 'none') => withQuery(`/?sessionId=${sessionId}`, { apiKey }),
  },
  { shown: '/sessions/ID/cdp?apiKey=K', creates: false, path: (id, apiKey) => withQuery(`/sessions/${id}/cdp`, { apiKey }) },
  { shown: '/?apiKey=K', creates: true, path: (_id, apiKey) => withQuery('/', { apiKey }) },
  { shown: '/chromium?token=K', creates: true, path: (_id, token) => withQuery('/chromium', { token }) },
];

/** The form's address; skips if the server lacks the path. Only for servers whose workers have browsers, where 501 is not acceptable. */
export async function socketUrl(context: TestContext, form: Form, id: string): Promise<string> {
  const path = form.path(id, context.options.apiKey);
  const reply = await tryUpgrade(context.client, path);
  if (reply.status === 404) skip('this server does not offer it (404)');
  return address(context, 'ws', path);
}

/** Discovery at the root creates a session when a client connects through it. As above, the workers must have browsers. */
export async function needRootDiscovery({ client }: TestContext): Promise<void> {
  const reply = await client.request('GET', '/json/version');
  if (reply.status === 404) skip('this server has no /json/version at its root (404)');
  check(reply.status === 200, `GET /json/version answered ${reply}`);
}
