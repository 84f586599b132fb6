import { skip } from '../check.ts';
import type { TestContext } from '../suite.ts';
import { address, keyQuery } from './address.ts';

/** An address that a client can connect to. Given the id of a session it leads there, else it creates one. */
export interface Form {
  shown: string;
  creates: boolean;
  url(context: TestContext, id: string): string;
}

const key = 'apiKey=…';

/** Every form of public scripts that opens a WebSocket at once. */
export const socketForms: Form[] = [
  {
    shown: `ws://host/?${key}&sessionId=ID`,
    creates: false,
    url: (context, id) => address(context, 'ws', '/', { ...keyQuery(context), sessionId: id }),
  },
  {
    shown: `ws://host?sessionId=ID&${key}`,
    creates: false,
    // Without the slash before the query, as people write it.
    url: (context, id) => address(context, 'ws', '/', { sessionId: id, ...keyQuery(context) }).replace('/?', '?'),
  },
  {
    shown: `ws://host/?sessionId=ID?${key}`,
    creates: false,
    url: (context, id) => `${address(context, 'ws', '/', { sessionId: id })}?apiKey=${encodeURIComponent(context.options.apiKey ?? 'none')}`,
  },
  {
    shown: `ws://host/sessions/ID/cdp?${key}`,
    creates: false,
    url: (context, id) => address(context, 'ws', `/sessions/${id}/cdp`, keyQuery(context)),
  },
  { shown: `ws://host/?${key}`, creates: true, url: (context) => address(context, 'ws', '/', keyQuery(context)) },
  {
    shown: 'ws://host/chromium?token=…',
    creates: true,
    url: (context) => address(context, 'ws', '/chromium', keyQuery(context, 'token')),
  },
];

/** Discovery at the root creates on connect; a server that has none is no failure of the others. */
export async function needRootDiscovery({ client }: TestContext): Promise<void> {
  const reply = await client.request('GET', '/json/version');
  if (reply.status === 404 || reply.status === 501) skip(`this server has no /json/version at its root (${reply.status})`);
}
