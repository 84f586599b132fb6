import type { Browser, ConnectOptions } from 'puppeteer-core';
import { check, equal, skip } from '../../check.ts';
import { Ephemeral } from '../../clients/ephemeral.ts';
import { needRootDiscovery, socketForms, socketUrl, type Form } from '../../clients/forms.ts';
import { connectPuppeteer, firstPuppeteerPage } from '../../clients/puppeteer.ts';
import { SteelUser } from '../../clients/steel.ts';
import { localSite, page } from '../../net/site.ts';
import type { Suite, TestContext } from '../../suite.ts';
import { browserSession, needBrowsers } from '../browser/bench.ts';
import { mustBeProblem } from '../contract/problem.ts';
import { becomes } from '../steel/bench.ts';

/** The form that every orchestrator of this kind supports. */
const throughPath = socketForms.find(({ shown }) => shown.startsWith('/sessions/'))!;

async function drive(context: TestContext, how: ConnectOptions): Promise<Browser> {
  const site = await localSite(context, { '/': page('puppet') });
  const started = performance.now();
  const browser = await connectPuppeteer(context, how);
  context.figure('connect', performance.now() - started, 'ms');
  const driven = await firstPuppeteerPage(browser);
  await driven.goto(site.url('/'));
  equal(await driven.title(), 'puppet', 'the title');
  return browser;
}

async function attaches(context: TestContext, form: Form): Promise<void> {
  const session = await browserSession(context);
  const browser = await drive(context, { browserWSEndpoint: await socketUrl(context, form, session.id) });
  await browser.disconnect();
  await context.sessions.mustShow(session, 'after the disconnect of its client');
}

async function creates(context: TestContext, how: ConnectOptions): Promise<void> {
  const watching = await Ephemeral.watch(context);
  const browser = await drive(context, how);
  const id = await watching.created();
  await browser.disconnect();
  await watching.mustEnd(id);
}

async function byBrowserUrl(context: TestContext): Promise<void> {
  if (context.options.apiKey !== undefined) skip('Puppeteer sends no key with browserURL, so servers with keys refuse it');
  await needBrowsers(context);
  await needRootDiscovery(context);
  await creates(context, { browserURL: context.client.base.origin });
}

async function closeEnds(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const session = await user.createBrowser();
  const browser = await connectPuppeteer(context, { browserWSEndpoint: await socketUrl(context, throughPath, session.id) });
  await browser.close();
  await becomes(user, session.id, 'released');
}

async function closeDeletes(context: TestContext): Promise<void> {
  await context.pool.need('so its 404s give no reasons');
  const session = await browserSession(context);
  const browser = await connectPuppeteer(context, { browserWSEndpoint: await socketUrl(context, throughPath, session.id) });
  await browser.close();
  const { sessions } = context;
  const since = performance.now();
  let reply = await sessions.get(session.id);
  while (reply.status !== 404 && performance.now() - since < 5_000) reply = await sessions.get(session.id);
  mustBeProblem(reply, 404, 'deleted');
  context.figure('404 after', performance.now() - since, 'ms');
}

async function twoPages(context: TestContext): Promise<void> {
  const session = await browserSession(context);
  const site = await localSite(context, { '/one': page('one'), '/two': page('two') });
  const browser = await connectPuppeteer(context, { browserWSEndpoint: await socketUrl(context, throughPath, session.id) });
  const first = await firstPuppeteerPage(browser);
  const second = await browser.newPage();
  await Promise.all([first.goto(site.url('/one')), second.goto(site.url('/two'))]);
  equal([await first.title(), await second.title()], ['one', 'two'], 'the titles');
  equal((await browser.pages()).length, 2, 'pages');
  await second.close();
  check((await first.title()) === 'one', 'the first page is lost with the second');
}

export function puppeteerSuite(): Suite {
  const forms = socketForms.map((form) => ({
    name:
      `connect({ browserWSEndpoint: ws://host${form.shown} }) ` +
      (form.creates ? 'creates, and disconnect ends' : 'attaches, and disconnect leaves'),
    async run(context: TestContext) {
      if (!form.creates) return attaches(context, form);
      await needBrowsers(context);
      return creates(context, { browserWSEndpoint: await socketUrl(context, form, '') });
    },
  }));
  return {
    name: 'puppeteer',
    title: 'PUPPETEER SUITE',
    figuresOnScreen: true,
    tests: [
      { name: 'connect({ browserURL: http://host }) creates, and disconnect ends', run: byBrowserUrl },
      ...forms,
      { name: 'close ends the session: Steel shows it as released', run: closeEnds },
      { name: 'close ends the session: GET is 404 with reason deleted', run: closeDeletes },
      { name: 'Two pages at once', run: twoPages },
    ],
  };
}
