import { equal } from '../../check.ts';
import type { Page } from 'playwright-core';
import { firstPage } from '../../clients/playwright.ts';
import type { TestContext } from '../../suite.ts';
import { attach, browserSession, localPages } from './bench.ts';

const rounds = 5;

async function remember(page: Page, word: string): Promise<void> {
  await page.evaluate(`document.cookie = 'word=${word}; max-age=3600'; localStorage.setItem('word', '${word}')`);
}

async function recall(page: Page): Promise<unknown> {
  return page.evaluate(`({ cookie: document.cookie, stored: localStorage.getItem('word') })`);
}

export async function stateSurvives(context: TestContext): Promise<void> {
  const session = await browserSession(context);
  const pages = await localPages(context);
  const first = await attach(context, session);
  const page = await firstPage(first);
  await page.goto(pages.url('kept'));
  await remember(page, 'kept');
  await first.close();

  const again = await firstPage(await attach(context, session, 'ws'));
  equal(again.url(), pages.url('kept'), 'the page after reconnecting');
  equal(await again.title(), 'kept', 'its title');
  equal(await recall(again), { cookie: 'word=kept', stored: 'kept' }, 'cookie and storage after reconnecting');
}

/** Creates sessions one after the other, so that workers are reused, with the same origin throughout. */
export async function nextSeesNothing(context: TestContext): Promise<void> {
  const pages = await localPages(context);
  for (let round = 1; round <= rounds; round++) {
    const session = await browserSession(context);
    const browser = await attach(context, session);
    const page = await firstPage(browser);
    equal(page.url(), 'about:blank', `the page at the start of session ${round}`);
    await page.goto(pages.url('shared'));
    equal(await recall(page), { cookie: '', stored: null }, `what session ${round} sees of the ones before`);
    await remember(page, `round-${round}`);
    await context.sessions.delete(session.id);
    await browser.close();
  }
  context.figure('sessions', rounds, '');
}
