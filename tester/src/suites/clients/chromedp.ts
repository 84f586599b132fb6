import { gunzipSync } from 'node:zlib';
import { check, field, isObject, show } from '../../check.ts';
import { withQuery } from '../../clients/address.ts';
import { GoSocket } from '../../clients/go-socket.ts';
import { exchange } from '../../http/raw.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';
import { browserSession } from '../browser/bench.ts';

/** chromedp asks for the address of the browser first, and then keeps the query of its own address, but not the path. */
async function browserAddress({ client, options }: TestContext, sessionId: string): Promise<URL> {
  const path = client.path(withQuery('/json/version', { sessionId, apiKey: options.apiKey }));
  const host = client.base.host.replace(/^localhost/, '127.0.0.1'); // It looks the name up itself.
  const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n`;
  const reply = await exchange(client, [request]);
  check(reply.status === 200, `GET ${path} answered ${reply}`);
  const text = reply.header('content-encoding') === 'gzip' ? gunzipSync(reply.body).toString() : reply.text;
  return new URL(field(JSON.parse(text), 'webSocketDebuggerUrl', 'string'));
}

async function chromedp(context: TestContext): Promise<void> {
  const session = await browserSession(context);
  const site = await localSite(context, { '/': page('go') });
  const socket = await GoSocket.open(await browserAddress(context, session.id));
  context.onCleanup(() => socket.close());
  const { targetInfos } = await socket.call('Target.getTargets');
  check(Array.isArray(targetInfos), `Target.getTargets answered ${show(targetInfos)}`);
  const found: unknown = targetInfos.find((target) => isObject(target) && target['type'] === 'page');
  const attached = await socket.call('Target.attachToTarget', { targetId: field(found, 'targetId', 'string'), flatten: true });
  const frame = await socket.call('Page.navigate', { url: site.url('/') }, field(attached, 'sessionId', 'string'));
  check(frame['errorText'] === undefined, `Page.navigate answered ${show(frame)}`);
  // The answer to Page.navigate may come before the page has changed its address.
  const look = async () => ((await addresses(context, session.id)).includes(site.url('/')) ? true : undefined);
  const there = await poll(look, { withinMs: 5_000 });
  check(there, `the session that the query names has other pages: ${show(await addresses(context, session.id))}`);
  socket.close();
  await context.sessions.mustShow(session, 'after chromedp has left');
}

async function addresses({ client }: TestContext, id: string): Promise<string[]> {
  const list = (await client.request('GET', `/sessions/${id}/json/list`)).json();
  check(Array.isArray(list), `json/list answered ${show(list)}`);
  return list.map((target) => field(target, 'url', 'string'));
}

export const go: Test[] = [
  { name: 'chromedp, byte for byte: ws://host/?sessionId=ID leads to that session', run: chromedp },
];
