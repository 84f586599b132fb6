import { check, equal } from '../../check.ts';
import { CdpSocket, pageTargetUrl } from '../../clients/cdp-socket.ts';
import { loadPuppeteer } from '../../clients/packages.ts';
import { connectMs, firstPage } from '../../clients/playwright.ts';
import type { TestContext } from '../../suite.ts';
import { attach, browserSession, endpoint, localPages } from './bench.ts';

export async function playwrightConnects(context: TestContext, form: 'http' | 'ws'): Promise<void> {
  const session = await browserSession(context);
  const pages = await localPages(context);
  const started = performance.now();
  const page = await firstPage(await attach(context, session, form));
  await page.goto(pages.url('hello'));
  equal(await page.title(), 'hello', 'the title');
  context.figure('connect to title', performance.now() - started, 'ms');
  equal(await page.locator('#name').innerText(), 'hello', 'the text');
  check((await page.screenshot()).length > 100, 'the screenshot is empty');
}

export async function puppeteerConnects(context: TestContext): Promise<void> {
  const puppeteer = await loadPuppeteer();
  const session = await browserSession(context);
  const pages = await localPages(context);
  const started = performance.now();
  const browser = await puppeteer.connect({
    browserWSEndpoint: endpoint(context, session, 'ws'),
    headers: context.client.headers,
    protocolTimeout: connectMs,
  });
  context.onCleanup(() => browser.disconnect());
  const page = (await browser.pages())[0] ?? (await browser.newPage());
  await page.goto(pages.url('puppet'), { timeout: connectMs });
  equal(await page.title(), 'puppet', 'the title');
  context.figure('connect to title', performance.now() - started, 'ms');
  const second = await browser.newPage();
  await second.goto(pages.url('second'), { timeout: connectMs });
  equal([await page.title(), await second.title()], ['puppet', 'second'], 'the titles of two pages');
}

export async function pageTarget(context: TestContext): Promise<void> {
  const session = await browserSession(context);
  const socket = await CdpSocket.open(await pageTargetUrl(context, session.id), context.client.headers);
  context.onCleanup(() => socket.close());
  equal(await socket.evaluate('6 * 7'), 42, '6 * 7 in the page');
}
