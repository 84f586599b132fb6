import type { Browser, ConnectOptions, Page } from 'puppeteer-core';
import { Failure, isObject } from '../check.ts';
import type { TestContext } from '../suite.ts';
import { loadPuppeteer } from './packages.ts';
import { connectMs } from './playwright.ts';

/** Connects with Puppeteer and disconnects after the test. */
export async function connectPuppeteer({ onCleanup }: TestContext, how: ConnectOptions): Promise<Browser> {
  const puppeteer = await loadPuppeteer();
  const browser = await puppeteer.connect({ protocolTimeout: connectMs, ...how }).catch((error: unknown) => {
    // Puppeteer throws the WebSocket's event, which is not an Error.
    throw new Failure(`Puppeteer cannot connect: ${isObject(error) ? String(error['message']) : String(error)}`);
  });
  onCleanup(() => browser.disconnect());
  return browser;
}

export async function firstPuppeteerPage(browser: Browser): Promise<Page> {
  const page = (await browser.pages())[0] ?? (await browser.newPage());
  page.setDefaultTimeout(connectMs);
  return page;
}
