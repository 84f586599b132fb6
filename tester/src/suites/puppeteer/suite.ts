import { check, equal, skip } from '../../check.ts';
import { Ephemeral } from '../../clients/ephemeral.ts';
import { needRootDiscovery, socketForms, type Form } from '../../clients/forms.ts';
import { connectPuppeteer, firstPuppeteerPage } from '../../clients/puppeteer.ts';
import { SteelUser } from '../../clients/steel.ts';
import { localSite, page } from '../../net/site.ts';
import type { Suite, TestContext } from '../../suite.ts';
import { browserSession } from '../browser/bench.ts';
import { mustBeProblem } from '../contract/problem.ts';
import { becomes } from '../steel/bench.ts';

/** disconnect leaves a session that was there before, and ends one that the connect has made. */
async function connects(context: TestContext, form: Form, at: 'browserWSEndpoint' | 'browserURL' = 'browserWSEndpoint'): Promise<void> {
  const session = await browserSession(context);
  if (form.creates) await context.sessions.delete(session.id);
  const site = await localSite(context, { '/': page('puppet') });
  const watching = form.creates ? await Ephemeral.watch(context) : undefined;
  const started = performance.now();
  const browser = await connectPuppeteer(context, { [at]: form.url(context, session.id) });
  context.figure('connect', performance.now() - started, 'ms');
  const driven = await firstPuppeteerPage(browser);
  await driven.goto(site.url('/'));
  equal(await driven.title(), 'puppet', 'the title');
  const own = await watching?.created();
  await browser.disconnect();
  if (watching && own) await watching.mustEnd(own);
  else await context.sessions.mustShow(session, 'after the disconnect of its client');
}

async function byBrowserUrl(context: TestContext): Promise<void> {
  if (context.options.apiKey !== undefined) skip('Puppeteer sends no key with browserURL, so servers with keys refuse it');
  await needRootDiscovery(context);
  await connects(context, { shown: '', creates: true, url: () => context.client.base.origin }, 'browserURL');
}

async function closeEnds(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const session = await user.createBrowser();
  const form = socketForms[0]!;
  const browser = await connectPuppeteer(context, { browserWSEndpoint: form.url(context, session.id) });
  await browser.close();
  await becomes(user, session.id, 'released');
}

async function closeDeletes(context: TestContext): Promise<void> {
  await context.pool.need('so its 404s give no reasons');
  const session = await browserSession(context);
  const form = socketForms[0]!;
  const browser = await connectPuppeteer(context, { browserWSEndpoint: form.url(context, session.id) });
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
  const browser = await connectPuppeteer(context, { browserWSEndpoint: socketForms[0]!.url(context, session.id) });
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
    name: `connect({ browserWSEndpoint: ${form.shown} }) ${form.creates ? 'creates, and disconnect ends' : 'attaches, and disconnect leaves'}`,
    run: (context: TestContext) => connects(context, form),
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
