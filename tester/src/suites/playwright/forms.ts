import type { Browser } from 'playwright-core';
import { equal } from '../../check.ts';
import { address, withQuery } from '../../clients/address.ts';
import { Ephemeral } from '../../clients/ephemeral.ts';
import { needRootDiscovery, socketForms, socketUrl } from '../../clients/forms.ts';
import { connectPlaywright, firstPage } from '../../clients/playwright.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { browserSession, needBrowsers } from '../browser/bench.ts';

async function drive(context: TestContext, url: string): Promise<Browser> {
  const site = await localSite(context, { '/': page('driven') });
  const started = performance.now();
  const browser = await connectPlaywright(context, url);
  context.figure('connect', performance.now() - started, 'ms');
  const driven = await firstPage(browser);
  await driven.goto(site.url('/'));
  equal(await driven.title(), 'driven', 'the title');
  return browser;
}

/** Playwright's close does not end a session that existed before. */
async function attaches(context: TestContext, addressOf: (id: string) => string | Promise<string>): Promise<void> {
  const session = await browserSession(context);
  const browser = await drive(context, await addressOf(session.id));
  await browser.close();
  await context.sessions.mustShow(session, 'after the close of its client');
}

async function creates(context: TestContext, url: string): Promise<void> {
  const watching = await Ephemeral.watch(context);
  const browser = await drive(context, url);
  const id = await watching.created();
  await browser.close();
  await watching.mustEnd(id);
}

export const forms: Test[] = [
  {
    name: 'connectOverCDP(http://host) creates, and close ends',
    async run(context) {
      await needBrowsers(context);
      await needRootDiscovery(context);
      await creates(context, address(context, 'http', withQuery('/', { apiKey: context.options.apiKey })));
    },
  },
  {
    name: 'connectOverCDP(http://host/sessions/ID) attaches, and close leaves',
    run: (context) => attaches(context, (id) => address(context, 'http', withQuery(`/sessions/${id}`, { apiKey: context.options.apiKey }))),
  },
  ...socketForms.map((form) => ({
    name: `connectOverCDP(ws://host${form.shown}) ${form.creates ? 'creates, and close ends' : 'attaches, and close leaves'}`,
    async run(context: TestContext) {
      if (!form.creates) return attaches(context, (id) => socketUrl(context, form, id));
      await needBrowsers(context);
      return creates(context, await socketUrl(context, form, ''));
    },
  })),
];
