import { existsSync } from 'node:fs';
import { equal, skip } from '../../check.ts';
import { localSite, page } from '../../net/site.ts';
import { tempFolder } from '../../os/folder.ts';
import type { Test, TestContext } from '../../suite.ts';
import { inBoth, needRootAddress, start } from './bench.ts';
import { needClient, newerNode, runScript } from './packages.ts';

const chromedriver = '/usr/bin/chromedriver';

async function remoteInterface(context: TestContext): Promise<void> {
  await needRootAddress(context);
  await needClient(context, 'chrome-remote-interface');
  const site = await localSite(context, { '/': start, '/two': page('two') });
  // The session of New lasts until it is idle for long enough, because the client is not connected when it learns of the page.
  const { plain, ours } = await inBoth(
    context,
    (scope, { hostname, port }) => runScript(scope, 'remote-interface.mjs', [hostname, port || '80', site.url('/'), site.url('/two')]),
    1,
  );
  equal([ours['title'], ours['secondTitle']], ['one', 'two'], 'the titles');
  equal(ours, plain, 'what chrome-remote-interface saw');
}

async function crawlee(context: TestContext): Promise<void> {
  await needRootAddress(context);
  await needClient(context, '@crawlee/playwright');
  const site = await localSite(context, {
    '/': page('front', '<a href="/left">left</a> <a href="/right">right</a>'),
    '/left': page('left', '<a href="/right">right</a>'),
    '/right': page('right', '<a href="/">front</a>'),
  });
  const { plain, ours } = await inBoth(context, (scope, browser) =>
    runScript(scope, 'crawlee.mjs', [browser.origin, site.url('/')], {
      env: { CRAWLEE_STORAGE_DIR: tempFolder(scope), CRAWLEE_LOG_LEVEL: 'OFF', CRAWLEE_PURGE_ON_START: '0' },
    }));
  equal(ours, { titles: ['front', 'left', 'right'], requestsFinished: 3, requestsFailed: 0 }, 'the crawl');
  equal(ours, plain, 'what Crawlee saw');
}

async function selenium(context: TestContext): Promise<void> {
  if (!existsSync(chromedriver)) skip('chromedriver is not installed: apt-get install chromium-driver');
  await needRootAddress(context);
  await needClient(context, 'selenium-webdriver');
  const node = await newerNode(context);
  const site = await localSite(context, { '/': start, '/two': page('two') });
  const { plain, ours } = await inBoth(context, (scope, browser) =>
    runScript(scope, 'selenium.mjs', [chromedriver, browser.host, site.url('/')], { node }));
  equal(ours, { text: 'one', titleAfterClick: 'two' }, 'what Selenium saw');
  equal(ours, plain, 'what Selenium saw');
}

const deadlineMs = 420_000;
export const scripts: Test[] = [
  { name: 'chrome-remote-interface: CDP, List, Protocol, New, Activate, Close', run: remoteInterface, deadlineMs },
  { name: 'Crawlee crawls linked pages in browsers that it connects to', run: crawlee, deadlineMs },
  { name: 'Selenium through debuggerAddress: get, find, read, click', run: selenium, deadlineMs },
];
