// Crawls linked pages with Crawlee in browsers that run already. Arguments: the browser's address, the address of the first page.
import { PlaywrightCrawler } from '@crawlee/playwright';
import { chromium } from 'playwright-core';

const [endpoint, url] = process.argv.slice(2);
const titles = [];
const crawler = new PlaywrightCrawler({
  launchContext: {
    useIncognitoPages: true, // Otherwise Crawlee starts a browser with a profile of its own.
    launcher: { name: () => 'chromium', launch: () => chromium.connectOverCDP(endpoint, { timeout: 20_000 }) },
  },
  maxConcurrency: 2,
  maxRequestRetries: 0,
  maxSessionRotations: 0,
  requestHandlerTimeoutSecs: 30,
  async requestHandler({ page, enqueueLinks }) {
    titles.push(await page.title());
    await enqueueLinks();
  },
});
const { requestsFinished, requestsFailed } = await crawler.run([url]);
console.log(JSON.stringify({ titles: titles.sort(), requestsFinished, requestsFailed }));
