import type { Browser } from 'playwright-core';
import { equal } from '../../check.ts';
import { address, keyQuery } from '../../clients/address.ts';
import { Ephemeral } from '../../clients/ephemeral.ts';
import { needRootDiscovery, socketForms, type Form } from '../../clients/forms.ts';
import { connectPlaywright, firstPage } from '../../clients/playwright.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { browserSession } from '../browser/bench.ts';

async function mustDrive(context: TestContext, browser: Browser): Promise<void> {
  const site = await localSite(context, { '/': page('driven') });
  const driven = await firstPage(browser);
  await driven.goto(site.url('/'));
  equal(await driven.title(), 'driven', 'the title');
}

/** Playwright's close leaves a session that was there before, and ends one that the connect has made. */
async function connects(context: TestContext, form: Form): Promise<void> {
  const session = await browserSession(context);
  if (form.creates) await context.sessions.delete(session.id);
  const watching = form.creates ? await Ephemeral.watch(context) : undefined;
  const started = performance.now();
  const browser = await connectPlaywright(context, form.url(context, session.id));
  context.figure('connect', performance.now() - started, 'ms');
  await mustDrive(context, browser);
  const own = await watching?.created();
  await browser.close();
  if (watching && own) await watching.mustEnd(own);
  else await context.sessions.mustShow(session, 'after the close of its client');
}

async function root(context: TestContext): Promise<void> {
  await needRootDiscovery(context);
  await connects(context, { shown: '', creates: true, url: () => address(context, 'http', '/', keyQuery(context)) });
}

const throughHttp: Form = {
  shown: 'http://host/sessions/ID',
  creates: false,
  url: (context, id) => address(context, 'http', `/sessions/${id}`, keyQuery(context)),
};

export const forms: Test[] = [
  { name: 'connectOverCDP(http://host) creates, and close ends', run: root },
  ...[throughHttp, ...socketForms].map((form) => ({
    name: `connectOverCDP(${form.shown}) ${form.creates ? 'creates, and close ends' : 'attaches, and close leaves'}`,
    run: (context: TestContext) => connects(context, form),
  })),
];
