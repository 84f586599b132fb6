import { skip } from '../check.ts';
import { tryUpgrade } from '../http/upgrade.ts';
import type { TestContext } from '../suite.ts';
import { address, withQuery } from './address.ts';

/**
 * An address that a client can connect to. Either it leads to the session of this id, or it creates one. Keys are in the query: clients
 * drop headers at redirects.
 */
export interface Form {
  shown: string;
  creates: boolean;
  /** With the query. */
  path(id: string, apiKey: string | undefined): string;
}

/** Every form of public scripts that opens a WebSocket at once. */
export const socketForms: Form[] = [
  { shown: '/?apiKey=K&sessionId=ID', creates: false, path: (sessionId, apiKey) => withQuery('/', { apiKey, sessionId }) },
  { shown: '/?sessionId=ID&apiKey=K', creates: false, path: (sessionId, apiKey) => withQuery('/', { sessionId, apiKey }) },
  { shown: '/?sessionId=ID?apiKey=K', creates: false, path: (sessionId, apiKey = 'none') => withQuery(`/?sessionId=${sessionId}`, { apiKey }) },
  { shown: '/sessions/ID/cdp?apiKey=K', creates: false, path: (id, apiKey) => withQuery(`/sessions/${id}/cdp`, { apiKey }) },
  { shown: '/?apiKey=K', creates: true, path: (_id, apiKey) => withQuery('/', { apiKey }) },
  { shown: '/chromium?token=K', creates: true, path: (_id, token) => withQuery('/chromium', { token }) },
];

/** The form's address, or a skip where the server knows no such path. */
export async function socketUrl(context: TestContext, form: Form, id: string): Promise<string> {
  const path = form.path(id, context.options.apiKey);
  const reply = await tryUpgrade(context.client, path);
  if (reply.status === 404 || reply.status === 501) skip(`this server does not offer it (${reply.status})`);
  return address(context, 'ws', path);
}

/** Discovery at the root creates when a client connects by it. */
export async function needRootDiscovery({ client }: TestContext): Promise<void> {
  const reply = await client.request('GET', '/json/version');
  if (reply.status === 404 || reply.status === 501) skip(`this server has no /json/version at its root (${reply.status})`);
}
