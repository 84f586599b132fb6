import type { Browser, Page } from 'playwright-core';
import { check, Failure } from '../check.ts';
import type { TestContext } from '../suite.ts';
import { loadPlaywright } from './packages.ts';

export const connectMs = 20_000;

/** Connects with connectOverCDP to this address, in any form. The browser is closed after the test. */
export async function connectPlaywright(
  { onCleanup }: TestContext,
  url: string,
  headers: Record<string, string> = {},
): Promise<Browser> {
  const { chromium } = await loadPlaywright();
  const browser = await chromium.connectOverCDP(url, { timeout: connectMs, headers }).catch((error: Error) => {
    // The lines after the second one are the client's own log.
    throw new Failure(error.message.split('\n').slice(0, 2).join('\n'));
  });
  onCleanup(() => browser.close());
  return browser;
}

export async function firstPage(browser: Browser): Promise<Page> {
  const context = browser.contexts()[0];
  check(context, 'the browser has no default context');
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(connectMs);
  return page;
}

/** The milliseconds until the browser reports that it is disconnected; undefined if it does not. */
export function disconnection(browser: Browser, withinMs: number): Promise<number | undefined> {
  const started = performance.now();
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), withinMs);
    browser.on('disconnected', () => {
      clearTimeout(timer);
      resolve(performance.now() - started);
    });
  });
}
