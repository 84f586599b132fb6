// Systems that give browsers to Playwright clients, each started for one window and stopped after it, so that one is alive at a time.
import { System } from '../lib/system.mjs';
import { freePort } from './ports.mjs';
import { isOk, settle, startNode } from './steelyard.mjs';

const WARM = 4;
const PLAYWRIGHT = 'tester/node_modules/playwright-core/cli.js';

// Each has `open`, which starts the system and returns it with `target`, what the client has to know, and `settle`, which waits until
// the work after the sessions is done.
export function nodeSystem(context, build, { kind = 'steelyard', openPage = false } = {}) {
  const open = async (page) => {
    const egress = `allow:127.0.0.1:${new URL(page).port}`;
    const system = await startNode(context, build, { worker: 'chromium', warm: WARM, max: 24, egress });
    return { system, target: { kind, url: system.url, openPage }, settle: () => settle(system, WARM) };
  };
  return { label: `${build.name}${openPage ? ', open page' : ''}`, open };
}

export function runServer(context) {
  const open = async () => {
    const port = await freePort();
    const args = [PLAYWRIGHT, 'run-server', '--unsafe', '--host', '127.0.0.1', '--port', String(port)];
    const system = await System.start(context, 'run-server', process.execPath, args);
    await system.ready('listens', 30, () => system.log.includes('Listening'));
    return { system, target: { kind: 'run-server', url: `ws://127.0.0.1:${port}`, browser: context.browser } };
  };
  return { label: 'run-server', open };
}

// The client launches the browser itself: there is no system but the client.
export function launch(context) {
  return { label: 'chromium.launch()', open: async () => ({ target: { kind: 'launch', browser: context.browser } }) };
}

// Peers that cannot be installed here. BROWSERLESS_URL is a ws:// address, STEEL_WORKER the program of a Steel worker.
export function foreign(context) {
  const { BROWSERLESS_URL, STEEL_WORKER } = process.env;
  const found = [];
  if (BROWSERLESS_URL) found.push({ label: 'browserless', open: async () => ({ target: { kind: 'browserless', url: BROWSERLESS_URL } }) });
  else context.absent('browserless', 'set BROWSERLESS_URL=ws://…');
  if (STEEL_WORKER) found.push({ label: 'steel worker', open: () => openSteelWorker(context, STEEL_WORKER) });
  else context.absent('steel worker', 'set STEEL_WORKER=/path/to/its/program');
  return found;
}

async function openSteelWorker(context, program) {
  const port = await freePort();
  const system = await System.start(context, 'steel-worker', program, [], { env: { PORT: String(port), HOST: '127.0.0.1' } });
  const url = `http://127.0.0.1:${port}`;
  await system.ready('answers', 60, () => isOk(`${url}/v1/health`));
  return { system, target: { kind: 'steel', url } };
}
