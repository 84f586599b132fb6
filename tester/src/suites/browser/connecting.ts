import { check, equal, field } from '../../check.ts';
import type { TestContext } from '../../suite.ts';
import { attach, browserSession, connectMs, endpoint, firstPage, loadPuppeteer, localPages } from './bench.ts';
import { CdpSocket, pageTargetUrl } from './cdp-socket.ts';

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
  const answer = await socket.call('Runtime.evaluate', { expression: '6 * 7' });
  equal(field(field(answer, 'result', 'object'), 'value', 'number'), 42, '6 * 7 in the page');
}
