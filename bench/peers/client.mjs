// A client process: runs Playwright sessions against one target and measures their steps. It has a process of its own, so that its CPU is
// not counted as that of the system, except where the client launches browsers itself.
import { createRequire } from 'node:module';
import { loop } from '../lib/loop.mjs';
import { targets } from './targets.mjs';

const { chromium } = createRequire(new URL('../../tester/package.json', import.meta.url))('playwright-core');
const TIMEOUT_MS = 30_000;

process.on('message', async ({ target, page, ...pace }) => {
  try {
    process.send(await loop(() => session(targets[target.kind], target, page), pace));
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.send({});

// One session from nothing to nothing. Returns the milliseconds of each step.
async function session(kind, target, address) {
  const times = {};
  const step = async (name, work) => {
    const start = performance.now();
    const result = await work();
    times[name] = performance.now() - start;
    return result;
  };
  const created = kind.create ? await step('create', () => kind.create(target)) : undefined;
  const browser = await step('connect', () => kind.connect(chromium, target, created));
  const page = await step('page', () => (target.openPage ? browser.contexts()[0].pages()[0] : newPage(kind, browser)));
  page.setDefaultTimeout(TIMEOUT_MS);
  await step('goto', () => page.goto(address));
  const title = await step('title', () => page.title());
  if (title !== 'A page') throw new Error(`The title is '${title}'.`);
  await step('close', () => browser.close());
  if (kind.release) await step('release', () => kind.release(target, created));
  return times;
}

// A browser over CDP has a context already, and it is the session's; others get a new one as their users would.
const newPage = (kind, browser) => (kind.overCdp ? browser.contexts()[0].newPage() : browser.newPage());
