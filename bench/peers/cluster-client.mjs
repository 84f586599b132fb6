// A client process that runs jobs on puppeteer-cluster. With CONCURRENCY_BROWSER a browser serves many jobs, each in a context of its own:
// less isolation than a browser for each session.
import { createRequire } from 'node:module';
import { loop } from '../lib/loop.mjs';

const require = createRequire(`${process.argv[2]}/`);
const { Cluster } = require('puppeteer-cluster');

process.once('message', async ({ page, browser, ...pace }) => {
  try {
    const cluster = await Cluster.launch({
      concurrency: Cluster.CONCURRENCY_BROWSER,
      maxConcurrency: pace.concurrency,
      puppeteer: require('puppeteer-core'),
      puppeteerOptions: { executablePath: browser, headless: 'shell', args: ['--no-sandbox'] },
    });
    const job = async ({ page: tab }) => {
      await tab.goto(page);
      if ((await tab.title()) !== 'A page') throw new Error('wrong title');
    };
    process.send(await loop(() => cluster.execute(job), pace));
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.send({});
