// Real browsers whose pages take all the time of the processors that they can get: no node may lose its place, and no session its worker.
import { readFileSync } from 'node:fs';
import { call, inTurns, median, now, pause, quantile, within } from './api.mjs';
import { atEnd } from './cleanup.mjs';
import { load, versionOf, whyNoClients } from './packages.mjs';
import { onCluster } from './row.mjs';
import { Tally } from './tally.mjs';
import { evictions } from './upkeep.mjs';

export const BROWSER_SECONDS = Number(process.env.BROWSER_SECONDS ?? 600);
const ON_EACH = 4;
const SPARE_BYTES = 2e9; // A node keeps at most 1 GB free (`--memory-reserve`), and the next browser needs some.
const SLOW_SECONDS = 90; // Everything is slow here, and slow is not lost.

export async function browsers(stage) {
  const skipped = whyNoClients('playwright-core');
  if (skipped) return { skipped };
  if (available() < SPARE_BYTES) return { skipped: `less than ${SPARE_BYTES / 1e9} GB of memory are available` };
  const options = ['--worker', 'chromium', '--max-workers', String(ON_EACH), '--warm', '1', '--worker-start-timeout', '60s'];
  return onCluster(stage, { options }, async (cluster) => {
    const all = { cluster, tally: new Tally(), times: [], used: [], isOver: false };
    const disconnect = atEnd(() => Promise.all(all.used.map(close)));
    try {
      while (all.used.length < ON_EACH * cluster.nodes.length && available() > SPARE_BYTES) all.used.push(await open(all));
      const began = now();
      for (let i = 0; now() - began < BROWSER_SECONDS; i++) await Promise.all([look(all, i), pause(1)]);
      await judge(all);
      all.isOver = true;
      await release(all);
    } finally {
      all.isOver = true;
      await disconnect();
    }
    return all.tally.row({ note: noteOf(all) });
  });
}

const close = ({ browser }) => within(10, 'a client has gone', browser.close()).catch(() => {});
const available = () => 1024 * Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))[1]);

// A session with a page that is busy all the time, but for the moments in which it answers.
async function open(all) {
  const { cluster: { nodes }, tally, used } = all;
  const node = nodes[used.length % nodes.length];
  const created = await call(node, 'POST', '/sessions', SLOW_SECONDS);
  if (created.status !== 201) throw new Error(`create: ${created.status || created.error} ${created.json?.detail ?? ''}`);
  tally.made++;
  const { id } = created.json;
  const browser = await load('playwright-core').chromium.connectOverCDP(
    `ws://${node.host}:${node.port}/sessions/${id}/cdp`, { timeout: 1000 * SLOW_SECONDS });
  browser.on('disconnected', () => tally.check(all.isOver, `the connection to ${id} broke`));
  const page = await browser.contexts()[0].newPage();
  await page.evaluate(burn);
  return { id, browser, page };
}

// Runs in the page.
function burn() {
  globalThis.rounds = 0;
  const round = () => {
    for (const end = performance.now() + 100; performance.now() < end;);
    globalThis.rounds++;
    setTimeout(round);
  };
  setTimeout(round);
}

async function look({ cluster, tally, times, used }, i) {
  const { id } = used[i % used.length];
  const foreign = cluster.nodes.filter((node) => node !== cluster.ownerOf(id));
  const began = now();
  const answer = await call(foreign[i % foreign.length], 'GET', `/sessions/${id}`, SLOW_SECONDS);
  if (tally.expect(200, 'get', answer, id)) times.push(now() - began);
}

async function judge({ cluster, tally, times, used }) {
  await inTurns(used.length, 3, async (i) => {
    const { id, page } = used[i];
    for (const node of cluster.nodes) tally.expect(200, 'get at the end', await call(node, 'GET', `/sessions/${id}`, SLOW_SECONDS), id);
    const rounds = await within(SLOW_SECONDS, 'its page answers', page.evaluate('rounds')).catch((error) => error.message);
    tally.check(rounds > 0, `${id}: ${rounds}`);
    used[i].rounds = rounds;
  });
  tally.check(times.length > 0, 'no get was timed');
  const count = evictions(cluster).length;
  tally.check(count === 0, `${count} lines of logs about nodes that left or joined again`);
}

async function release({ cluster: { nodes }, tally, used }) {
  await inTurns(used.length, 3, async (i) => {
    const path = `/sessions/${used[i].id}`;
    tally.expect(204, 'delete', await call(nodes[(i + 1) % nodes.length], 'DELETE', path, SLOW_SECONDS), used[i].id);
    for (const node of nodes) tally.expect(404, `get at ${node.name} after the delete`, await call(node, 'GET', path, SLOW_SECONDS));
  });
}

function noteOf({ cluster, times, used }) {
  const ms = (value) => `${Math.round(1000 * value)} ms`;
  const each = cluster.nodes.map((node) => used.filter(({ id }) => cluster.ownerOf(id) === node).length);
  return `${each.join(' + ')} sessions, each page ${Math.min(...used.map(({ rounds }) => rounds))} rounds of 100 ms or more; ` +
    `${evictions(cluster).length} evictions; get through another node: median ${ms(median(times))}, p99 ${ms(quantile(times, 0.99))}, ` +
    `worst ${ms(Math.max(...times))} of ${times.length}; playwright-core ${versionOf('playwright-core')}`;
}
