import { equal, check } from '../../check.ts';
import { loadPlaywright } from '../../clients/packages.ts';
import { connectMs } from '../../clients/playwright.ts';
import { SteelUser } from '../../clients/steel.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { isPng } from './bench.ts';

/** The first script in the README of Steel, step by step. */
async function firstScript(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const { chromium } = await loadPlaywright();
  const site = await localSite(context, { '/': page('welcome') });
  const started = performance.now();

  const session = await user.createBrowser();
  const url = `${session.websocketUrl}&apiKey=${encodeURIComponent(context.options.apiKey ?? 'none')}`;
  const browser = await chromium.connectOverCDP(url, { timeout: connectMs });
  context.onCleanup(() => browser.close());
  const first = browser.contexts()[0]?.pages()[0];
  check(first, 'the session starts without a page');
  await first.goto(site.url('/'), { timeout: connectMs });
  equal(await first.title(), 'welcome', 'the title');
  check(isPng(await first.screenshot()), 'the screenshot is no PNG');
  await browser.close();
  await user.release(session.id);

  context.figure('whole script', performance.now() - started, 'ms');
}

export const readme: Test[] = [{ name: 'The first script: create, connect, goto, screenshot, release', run: firstScript }];
