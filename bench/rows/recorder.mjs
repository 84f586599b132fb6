// What the recording of a session costs: a page with 30 resources, loaded again and again.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { json } from '../lib/http.mjs';
import { startNode } from '../peers/steelyard.mjs';

const { chromium } = createRequire(new URL('../../tester/package.json', import.meta.url))('playwright-core');
const RESOURCES = 30;
const MODES = ['off', 'events', 'frames'];

// It would make a whole run longer than 45 minutes.
export const onlyByName = true;
export const needsBrowser = true;
export const name = 'recorder';
export const what = 'A page with 30 resources, loaded again and again: time and CPU of each load, with --record off, events and frames.';
export const goals = [{ figure: 'events', text: 'CPU with events, over off', limit: 1.03 }];

export async function run(context) {
  const [build] = context.builds;
  const site = await serveSite();
  try {
    const seen = await context.turns(MODES.map((mode) => [mode, () => window(context, build, mode, site.url)]));
    return {
      windows: context.describe(),
      head: ['--record', 'ms/load', 'CPU ms/load', 'memory of the worker and its browser, MB'],
      lines: MODES.map((mode) => [mode, seen[mode].ms, seen[mode].cpu, seen[mode].memory]),
      figures: { events: seen.events.cpu / seen.off.cpu },
    };
  } finally {
    site.close();
  }
}

async function window(context, build, record, url) {
  const egress = `allow:127.0.0.1:${new URL(url).port}`;
  const node = await startNode(context, build, { worker: 'chromium', warm: 1, max: 2, egress, record });
  try {
    const { id } = await json(`${node.url}/sessions`, { method: 'POST' });
    const browser = await chromium.connectOverCDP(`${node.url.replace('http', 'ws')}/sessions/${id}/cdp`);
    const page = browser.contexts()[0].pages()[0];
    for (let i = 0; i < 5; i++) await page.goto(url); // Compiles the page's scripts and our own.
    const times = [];
    const [before, end] = [node.treeCpu(), performance.now() + 1000 * context.seconds];
    while (performance.now() < end) {
      const start = performance.now();
      await page.goto(url);
      times.push(performance.now() - start);
    }
    const cpu = (1000 * (node.treeCpu() - before)) / times.length;
    const worker = (await json(`${node.url}/workers`)).workers.find((each) => each.session_id === id);
    await browser.close();
    return { ms: times.sort((a, b) => a - b)[times.length >> 1], cpu, memory: worker.memory_bytes / 1e6 };
  } finally {
    await node.stop();
  }
}

async function serveSite() {
  const scripts = Array.from({ length: RESOURCES }, (_, i) => `<script src="/${i}.js"></script>`);
  const page = `<!doctype html><title>A page</title>${scripts.join('')}`;
  const server = createServer((request, reply) => {
    const isPage = request.url === '/';
    reply.writeHead(200, { 'content-type': isPage ? 'text/html' : 'text/javascript', 'cache-control': 'no-store' });
    reply.end(isPage ? page : `globalThis.x = ${'1 + '.repeat(2000)}1;`);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => (server.closeAllConnections(), server.close()) };
}
