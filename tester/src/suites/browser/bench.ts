import type { Browser as PlaywrightBrowser, Page } from 'playwright-core';
import type { Session } from '../../api/sessions.ts';
import { check, skip } from '../../check.ts';
import { isLoopback } from '../../os/victim.ts';
import type { TestContext } from '../../suite.ts';
import { servePages, type Pages } from './pages.ts';

export const connectMs = 20_000;

/** A session with a browser behind it, or a skip that says why there is none. */
export async function browserSession({ sessions, client }: TestContext): Promise<Session> {
  const session = await sessions.create({ for: 'the browser suite' });
  const reply = await client.request('GET', `/sessions/${session.id}/json/version`);
  if (reply.status === 501) skip('the workers of this server have no CDP (json/version answers 501)');
  if (reply.status === 404) skip('this server has no json/version for its sessions');
  check(reply.status === 200, `json/version answered ${reply}`);
  return session;
}

/** Pages that the session's browser can open: it must run on this machine. */
export async function localPages({ client, onCleanup }: TestContext): Promise<Pages> {
  if (!isLoopback(client.base.hostname)) skip('the browsers of another machine cannot open pages served here');
  const pages = await servePages();
  onCleanup(() => pages.close());
  return pages;
}

export function endpoint({ client }: TestContext, session: Session, form: 'http' | 'ws'): string {
  const url = new URL(client.path(`/sessions/${session.id}${form === 'ws' ? '/cdp' : ''}`), client.base);
  if (form === 'ws') url.protocol = client.base.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export async function loadPlaywright() {
  try {
    return await import('playwright-core');
  } catch {
    skip('the optional package playwright-core is not installed');
  }
}

export async function loadPuppeteer() {
  try {
    return (await import('puppeteer-core')).default;
  } catch {
    skip('the optional package puppeteer-core is not installed');
  }
}

export async function attach(context: TestContext, session: Session, form: 'http' | 'ws' = 'http'): Promise<PlaywrightBrowser> {
  const { chromium } = await loadPlaywright();
  const browser = await chromium.connectOverCDP(endpoint(context, session, form), {
    timeout: connectMs,
    headers: context.client.headers,
  });
  context.onCleanup(() => browser.close());
  return browser;
}

export async function firstPage(browser: PlaywrightBrowser): Promise<Page> {
  const context = browser.contexts()[0];
  check(context, 'the browser has no default context');
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(connectMs);
  return page;
}

/** Milliseconds until the browser says it is disconnected; undefined when it does not. */
export function disconnection(browser: PlaywrightBrowser, withinMs: number): Promise<number | undefined> {
  const started = performance.now();
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), withinMs);
    browser.on('disconnected', () => {
      clearTimeout(timer);
      resolve(performance.now() - started);
    });
  });
}
