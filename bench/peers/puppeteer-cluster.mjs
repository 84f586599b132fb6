// puppeteer-cluster, from the folder PUPPETEER_CLUSTER in which it and puppeteer-core were installed.
import { ask, startClient } from '../lib/ask.mjs';
import { servePage } from '../lib/page.mjs';

// Returns what runs one window and returns the seconds and results of its jobs, or null where it is not installed.
export function puppeteerCluster(context) {
  const folder = process.env.PUPPETEER_CLUSTER;
  if (!folder) {
    context.absent('puppeteer-cluster', 'npm install puppeteer-cluster puppeteer-core somewhere, and set PUPPETEER_CLUSTER to that folder');
    return null;
  }
  return async (pace) => {
    const page = await servePage();
    const client = await startClient(context, 'cluster-client.mjs', folder);
    try {
      return await ask(client, { page: page.url, browser: context.browser, ...pace }, pace.seconds + 60);
    } finally {
      await Promise.all([client.stop(), page.close()]);
    }
  };
}
