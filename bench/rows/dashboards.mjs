// What open dashboards cost a node with 500 sessions.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { json } from '../lib/http.mjs';
import { cpuOf, pss } from '../lib/proc.mjs';
import { pause } from '../lib/wait.mjs';
import { wrk } from '../lib/wrk.mjs';
import { startNode } from '../peers/steelyard.mjs';

const { chromium } = createRequire(new URL('../../tester/package.json', import.meta.url))('playwright-core');
const SESSIONS = 500;
const PAGES = ['', 'sessions', 'workers'];
const SETTLE_SECONDS = 5;

// It would make a whole run longer than 45 minutes.
export const onlyByName = true;
export const needsBrowser = true;
export const name = 'dashboards';
export const what = '500 simulated sessions, and 0, 1 and 10 open dashboards: CPU while nobody calls, and then a get at 8 connections.';
export const goals = [{ figure: 'ten', text: 'CPU of ten open dashboards, % of a core', limit: 5 }];

const CASES = {
  none: [],
  'one, overview': [''],
  'ten, overview': Array(10).fill(''),
  'ten: overview, sessions, workers': Array.from({ length: 10 }, (_, i) => PAGES[i % PAGES.length]),
};

export async function run(context) {
  const node = await startNode(context, context.builds[0], { worker: 'simulated', warm: 0, max: SESSIONS });
  const ids = [];
  while (ids.length < SESSIONS) {
    const some = Array.from({ length: 25 }, () => json(`${node.url}/sessions`, { method: 'POST' }));
    ids.push(...(await Promise.all(some)).map(({ id }) => id));
  }
  await wrk(`${node.url}/sessions/${ids[0]}`, { connections: 8, seconds: context.seconds });
  const browser = await chromium.launch({ executablePath: context.browser, args: ['--no-sandbox'] });
  try {
    const windows = Object.entries(CASES).map(([label, pages]) => [label, () => window(context, node, browser, pages, ids[0])]);
    const seen = await context.turns(windows, context.fewRounds);
    return {
      windows: context.describe(context.fewRounds),
      head: ['dashboards', 'node % of a core', 'dashboard % of a core', 'dashboard MB', 'get p50 ms', 'get p99 ms'],
      lines: Object.entries(seen).map(([label, each]) => [label, each.node, each.dashboard, each.memory, each.p50, each.p99]),
      figures: { ten: seen['ten, overview'].node + seen['ten, overview'].dashboard - seen.none.node },
      notes: ['The pages are open in a browser that shares the two cores with the node.'],
    };
  } finally {
    await browser.close();
  }
}

async function window(context, node, browser, pages, session) {
  const opened = [];
  for (const path of pages) {
    const page = await browser.newPage();
    await page.goto(`${node.url}/dashboard/${path}`);
    await page.locator('h1').waitFor();
    opened.push(page);
  }
  await pause(SETTLE_SECONDS);
  const pid = pages.length ? dashboardOf(node) : null;
  const read = () => ({ node: node.ownCpu(), dashboard: pid ? cpuOf(pid) : 0, at: performance.now() / 1000 });
  const before = read();
  await pause(context.seconds);
  const after = read();
  const share = (part) => (100 * (after[part] - before[part])) / (after.at - before.at);
  const idle = { node: share('node'), dashboard: share('dashboard'), memory: pid ? pss(pid) : null };
  const { p50, p99 } = await wrk(`${node.url}/sessions/${session}`, { connections: 8, seconds: context.seconds });
  for (const page of opened) await page.close();
  return { ...idle, p50, p99 };
}

function dashboardOf(node) {
  const found = node.processes().find(({ pid }) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('steelyard-dashboard'));
  if (!found) throw new Error('The dashboard does not run.');
  return found.pid;
}
