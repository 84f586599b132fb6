// Real clients and browsers. The node that clients know is full, so each of their sessions is on another node.
import { call, inSeconds, now, pause, within } from './api.mjs';
import { load, versionOf, whyNoClients } from './packages.mjs';
import { onCluster } from './row.mjs';
import { Tally } from './tally.mjs';

const CLIENTS = { 'playwright-core': playwright, 'puppeteer-core': puppeteer, 'steel-sdk': steel };
const CLIENT_SECONDS = 120;
const CALL_MS = 30_000;
const PAGE = `data:text/html,<title>far</title><p>${'a session on another node '.repeat(4)}`;
const SUM = 'document.title + 6 * 7';

export async function clients(stage) {
  const skipped = whyNoClients(...Object.keys(CLIENTS));
  if (skipped) return { skipped };
  const options = ['--worker', 'chromium', '--max-workers', '1', '--warm', '1'];
  return onCluster(stage, { nodes: 1, options }, async (cluster) => {
    for (const i of [1, 2]) await cluster.startNode(i, '--max-workers', '3');
    await cluster.allKnow();
    const tally = new Tally();
    const held = await cluster.hold(1, [0]);
    const notes = [];
    for (const [name, run] of Object.entries(CLIENTS)) notes.push(await tryOut(name, run, cluster, tally));
    for (const { id } of held) tally.expect(200, 'get of the first session', await call(cluster.nodes[0], 'GET', `/sessions/${id}`), id);
    return tally.row({ note: notes.join(', ') });
  });
}

// An error of one client is a problem, and the next is tried all the same.
async function tryOut(name, run, cluster, tally) {
  const seen = (isTrue, what) => tally.check(isTrue, `${name}: ${what}`);
  const at = `${cluster.nodes[0].host}:${cluster.nodes[0].port}`;
  const began = now();
  try {
    const id = await within(CLIENT_SECONDS, `${name} has ended`, run({ node: cluster.nodes[0], at, cluster, tally, seen }));
    for (const node of cluster.nodes)
      tally.expect(404, `${name}: get at ${node.name} after the release`, await call(node, 'GET', `/sessions/${id}`));
  } catch (error) {
    seen(false, String(error?.message ?? error).split('\n')[0]);
  }
  return `${name} ${versionOf(name)} (${inSeconds(now() - began)})`;
}

async function playwright(all) {
  const id = await create(all);
  const browser = await load('playwright-core').chromium.connectOverCDP(`ws://${all.at}/sessions/${id}/cdp`, { timeout: CALL_MS });
  const page = await browser.contexts()[0].newPage();
  page.setDefaultTimeout(CALL_MS);
  await useTab(page, all);
  await browser.close(); // Only the connection.
  await remove(all, id);
  return id;
}

async function puppeteer(all) {
  const id = await create(all);
  await usePuppeteer(all, `ws://${all.at}/?sessionId=${id}`);
  await remove(all, id);
  return id;
}

async function steel(all) {
  const { Steel } = load('steel-sdk');
  const sdk = new Steel({ baseURL: `http://${all.at}`, steelAPIKey: null, timeout: CALL_MS });
  const session = await sdk.sessions.create();
  made(all, session.id);
  all.seen(session.websocketUrl.includes(`//${all.at}`), `its websocketUrl is ${session.websocketUrl}`);
  await usePuppeteer(all, session.websocketUrl);
  const same = await sdk.sessions.retrieve(session.id);
  all.seen(same.id === session.id && same.status === 'live', `retrieve was answered with ${same.id}, ${same.status}`);
  const released = await sdk.sessions.release(session.id);
  all.seen(released.success, `release was answered with ${JSON.stringify(released)}`);
  return session.id;
}

async function usePuppeteer(all, browserWSEndpoint) {
  const client = load('puppeteer-core');
  const browser = await (client.default ?? client).connect({ browserWSEndpoint, protocolTimeout: CALL_MS });
  await useTab(await browser.newPage(), all);
  await browser.disconnect();
}

// Both libraries have these calls.
async function useTab(page, { seen }) {
  await page.goto(PAGE);
  const sum = await page.evaluate(SUM);
  seen(sum === 'far42', `the page says ${sum}`);
  const picture = Buffer.from(await page.screenshot());
  seen(picture.subarray(1, 4).toString() === 'PNG' && picture.length > 1000, `a screenshot of ${picture.length} bytes`);
}

async function create(all) {
  const created = await call(all.node, 'POST', '/sessions', 40);
  if (created.status !== 201) throw new Error(`create: ${created.status || created.error} ${created.json?.detail ?? ''}`);
  made(all, created.json.id);
  return created.json.id;
}

function made({ cluster, node, tally, seen }, id) {
  tally.made++;
  const owner = cluster.ownerOf(id);
  seen(owner && owner !== node, `its session is on ${owner?.name ?? 'no node'}`);
}

// A session outlives the connection of its client.
async function remove({ node, tally }, id) {
  await pause(0.5);
  tally.expect(200, 'get after the client has gone', await call(node, 'GET', `/sessions/${id}`), id);
  tally.expect(204, 'delete', await call(node, 'DELETE', `/sessions/${id}`, 20), id);
}
