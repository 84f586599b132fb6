import type { Browser } from 'playwright-core';
import type { Session } from '../../api/sessions.ts';
import { check, skip } from '../../check.ts';
import { address } from '../../clients/address.ts';
import { connectPlaywright } from '../../clients/playwright.ts';
import { isLoopback } from '../../os/victim.ts';
import type { TestContext } from '../../suite.ts';
import { servePages, type Pages } from './pages.ts';

/** Creates a session with a browser; otherwise skips the test with the reason. */
export async function browserSession({ sessions, client }: TestContext): Promise<Session> {
  const session = await sessions.create({ for: 'the browser suite' });
  const reply = await client.request('GET', `/sessions/${session.id}/json/version`);
  if (reply.status === 501) skip('the workers of this server have no CDP (json/version answers 501)');
  if (reply.status === 404) skip('this server has no json/version for its sessions');
  check(reply.status === 200, `json/version answered ${reply}`);
  return session;
}

/** Skips the test if no worker has a browser. */
export async function needBrowsers(context: TestContext): Promise<void> {
  await context.sessions.delete((await browserSession(context)).id);
}

/** Pages that the session's browser can open; the browser must run on this machine. */
export async function localPages({ client, onCleanup }: TestContext): Promise<Pages> {
  if (!isLoopback(client.base.hostname)) skip('the browsers of another machine cannot open pages served here');
  const pages = await servePages();
  onCleanup(() => pages.close());
  return pages;
}

export function endpoint(context: TestContext, session: Session, form: 'http' | 'ws'): string {
  return address(context, form, `/sessions/${session.id}${form === 'ws' ? '/cdp' : ''}`);
}

export async function attach(context: TestContext, session: Session, form: 'http' | 'ws' = 'http'): Promise<Browser> {
  return connectPlaywright(context, endpoint(context, session, form), context.client.headers);
}
