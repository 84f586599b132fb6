import { check, equal, field, isObject } from '../../check.ts';
import type { TestContext } from '../../suite.ts';
import { browserSession } from './bench.ts';

export async function discovery(context: TestContext): Promise<void> {
  const { client } = context;
  const { id } = await browserSession(context);
  for (const path of ['json/version', 'json/version/']) {
    const reply = await client.request('GET', `/sessions/${id}/${path}`);
    check(reply.status === 200, `${path} answered ${reply}`);
    const version = reply.json();
    check(field(version, 'Browser', 'string') !== '', `Browser is empty: ${reply}`);
    mustBeOurs(context, id, field(version, 'webSocketDebuggerUrl', 'string'));
  }
  for (const path of ['json', 'json/list']) {
    const reply = await client.request('GET', `/sessions/${id}/${path}`);
    const targets = reply.json();
    check(reply.status === 200 && Array.isArray(targets), `${path} answered ${reply}`);
    const pages = targets.filter((target) => isObject(target) && target['type'] === 'page');
    check(pages.length > 0, `${path} lists no page: ${reply}`);
    for (const page of pages) mustBeOurs(context, id, field(page, 'webSocketDebuggerUrl', 'string'));
  }
}

/** The address must be absolute and lead through the orchestrator, without the browser's own port. */
function mustBeOurs({ client }: TestContext, id: string, text: string): void {
  check(URL.canParse(text), `webSocketDebuggerUrl '${text}' is not absolute`);
  const url = new URL(text);
  equal(url.protocol, client.base.protocol === 'https:' ? 'wss:' : 'ws:', `scheme of ${text}`);
  equal(url.host, client.base.host, `host of ${text}`);
  check(url.pathname.startsWith(client.path(`/sessions/${id}/`)), `${text} does not lead to the session`);
}
