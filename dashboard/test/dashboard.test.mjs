import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startCluster } from './cluster.mjs';
import { BROWSER, launch, start } from './node.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { phone: [390, 844], tablet: [820, 1180], desktop: [1440, 900] };
const PAGES = { overview: '', sessions: 'sessions', workers: 'workers', health: 'health' };
const SHOTS = process.env.SHOTS; // A folder for screenshots of all sizes in both colours.
const FULL = Boolean(SHOTS);
const SHORT = { phone: 'light', desktop: 'dark' };
const skip = BROWSER ? false : 'no Chromium is installed: run make browser';

const HOSTILE = '<img src=x onerror="window.hacked=1">';
const PAGES_OF_SITE = {
  '/shop': readFileSync(new URL('shop.html', import.meta.url)),
  '/error': '<title>Shop</title><script>setTimeout(() => { throw new Error("no price for item 7") }, 50)</script>',
  '/dialog': '<title>Ask</title><script>setTimeout(() => confirm("Leave the page?"), 50)</script>',
  '/hostile': `<title>${HOSTILE}</title><script>console.log('${HOSTILE}')</script>`,
  '/slow': '<title>Slow</title><script src="/hangs.js"></script>',
};

let browser;
before(async () => { if (!skip) browser = await launch(); });
after(() => browser?.close());

// Opens a page and fails on anything that the browser complains about.
async function open(node, path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.complaints = [];
  // A live view whose session ends looks for the reason, and a browser tells of each answer that is no success.
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !message.location().url.includes('/live/')) page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(node.url) && !request.url().startsWith('data:')) page.complaints.push(request.url());
  });
  await page.goto(`${node.url}/dashboard/${path}`);
  await page.locator('h1').waitFor();
  return page;
}

async function check(page, name) {
  if (SHOTS) {
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: `${SHOTS}/${name}.png` });
  }
  assert.deepEqual(page.complaints, [], name);
  assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth + 1'), true, `${name} is not wider than the screen`);
  // Not as a script of the page: its policy allows none.
  await page.evaluate(axe);
  const { violations } = await page.evaluate('axe.run(document, { resultTypes: ["violations"], iframes: false })');
  const serious = violations.filter((each) => ['serious', 'critical'].includes(each.impact));
  assert.deepEqual(serious.map((each) => [each.id, each.nodes.map((one) => one.html)]), [], name);
}

async function checkAll(node, state, pages = PAGES) {
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    for (const colorScheme of FULL ? ['light', 'dark'] : [SHORT[size]].flat().filter(Boolean)) {
      for (const [name, path] of Object.entries(pages)) {
        const page = await open(node, path, { viewport: { width, height }, colorScheme });
        await page.waitForTimeout(SHOTS ? 1500 : 500);
        await check(page, `${state}-${name}-${size}-${colorScheme}`);
        await page.context().close();
      }
    }
  }
}

describe('an empty node', { skip }, () => {
  let node;
  before(async () => { node = await start('--worker', 'simulated', '--warm', '0'); });
  after(() => node.stop());

  test('each page at each size', () => checkAll(node, 'empty'));

  test('a browser that opens the root is led to it', async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(node.url);
    assert.equal(page.url(), `${node.url}/dashboard/`);
    await page.context().close();
  });

  test('it has a page for nodes, but the menu does not name it', async () => {
    const page = await open(node, 'nodes');
    await page.getByText('This node is alone').waitFor();
    assert.equal(await page.locator('tbody tr').count(), 1);
    await check(page, 'empty-nodes');
    assert.equal(await page.getByRole('link', { name: 'Nodes', exact: true }).count(), 0);
    await page.context().close();
  });

  test('what is not there says so', async () => {
    const page = await open(node, 'sessions/00003fdf-120f-8f1e-80d0-1138bdb7b35a');
    await page.getByText('No such session').waitFor();
    await page.context().close();
  });
});

describe('a node with sessions', { skip }, () => {
  let node;
  before(async () => {
    node = await start('--worker', 'simulated', '--warm', '2', '--max-workers', '40', '--session-ttl', '10m');
    await Promise.all(Array.from({ length: 20 }, () => node.create()));
  });
  after(() => node.stop());

  test('each page at each size', () => checkAll(node, 'full'));

  test('a session that begins and ends is seen without a reload', async () => {
    const page = await open(node, 'sessions');
    const id = await node.create();
    const row = page.getByRole('link', { name: id.slice(-8) });
    await row.waitFor();
    await node.call(`/sessions/${id}`, { method: 'DELETE' });
    await row.waitFor({ state: 'detached' });
    await page.context().close();
  });

  test('one is released with its button, and all of a filter after a question', async () => {
    const page = await open(node, 'sessions');
    const id = await node.create();
    await page.getByRole('button', { name: `Release ${id}` }).click();
    await page.getByRole('link', { name: id.slice(-8) }).waitFor({ state: 'detached' });
    const two = await node.create();
    await page.locator('#filter').fill(two.slice(-8));
    await page.getByRole('button', { name: 'Release all 1' }).click();
    await page.getByRole('button', { name: 'Release', exact: true }).last().click();
    await page.getByRole('link', { name: two.slice(-8) }).waitFor({ state: 'detached' });
    assert.equal((await fetch(`${node.url}/sessions/${two}`)).status, 404);
    await page.context().close();
  });

  test('a worker is stopped, and its session says why it ended', async () => {
    const id = await node.create();
    const { workers } = await node.call('/workers');
    const worker = workers.find((each) => each.session_id === id);
    const page = await open(node, 'workers');
    await page.getByRole('button', { name: new RegExp(`^${worker.id},`) }).click();
    await page.getByRole('button', { name: 'Stop and replace' }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('is being stopped').waitFor();
    await page.goto(`${node.url}/dashboard/sessions/${id}`);
    await page.getByText('An operator stopped its worker').waitFor();
    await page.context().close();
  });

  test('every control can be reached with the keyboard', async () => {
    const page = await open(node, 'workers');
    await page.getByRole('button', { name: 'Menu' }).focus();
    const reached = new Set();
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate('document.activeElement?.textContent.trim().slice(0, 12)'));
    }
    for (const name of ['Overview', 'Sessions', 'Health']) assert.ok(reached.has(name), `${name} is reached`);
    await page.context().close();
  });
});

describe('a node that is drained', { skip }, () => {
  let node;
  before(async () => { node = await start('--worker', 'simulated', '--warm', '1', '--node', 'berlin'); });
  after(() => node.stop());

  test('says what will happen, and does so only after a yes', async () => {
    const id = await node.create();
    const page = await open(node, 'nodes');
    await page.getByRole('button', { name: 'Drain berlin' }).click();
    await page.getByText('Its session goes on to its end').waitFor();
    await page.getByText('No other node is active').waitFor();
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('active', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Drain berlin' }).click();
    await page.getByRole('button', { name: 'Drain', exact: true }).last().click();
    await page.getByText('draining', { exact: true }).waitFor();
    assert.equal((await fetch(`${node.url}/sessions/${id}`)).status, 200);
    assert.equal((await fetch(`${node.url}/sessions`, { method: 'POST' })).status, 503);
    await page.context().close();
  });
});

describe('three nodes, one of which is silent', { skip }, () => {
  const pages = { ...PAGES, nodes: 'nodes', other: '?node=n2' };
  let cluster;
  before(async () => {
    cluster = await startCluster();
    await cluster.create();
  });
  after(() => cluster.stop());

  test('each page at each size', () => checkAll(cluster, 'cluster', pages));

  test('the nodes are in the menu, with their load, and one can be drained', async () => {
    const page = await open(cluster, '');
    await page.getByText('Node n3 does not answer').waitFor();
    await page.getByRole('link', { name: 'Nodes', exact: true }).click();
    const row = page.getByRole('row', { name: 'n2' });
    await row.getByText('1 of 4').waitFor();
    await row.getByText('1 d 1 h').waitFor();
    await row.getByRole('img', { name: '1 leased, 1 ready, 2 free' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Drain n3' }).count(), 0, 'a silent node cannot be asked');
    await page.getByRole('button', { name: 'Drain n2' }).click();
    await page.getByRole('button', { name: 'Drain', exact: true }).last().click();
    await page.getByText('n2 drains').waitFor();
    assert.ok(cluster.calls.includes('/nodes/n2'));
    await page.context().close();
  });

  test('lists say which nodes are missing, and a worker is stopped on its own node', async () => {
    let page = await open(cluster, 'sessions');
    await page.getByText('Node n3 does not answer: its sessions are missing here').waitFor();
    await page.getByText('n1/w').first().waitFor();
    await page.context().close();
    page = await open(cluster, 'sessions?state=ended');
    await page.getByText('Nodes n3 and n4 do not answer').waitFor();
    await page.context().close();
    page = await open(cluster, 'workers');
    await page.getByText('Node n3 does not answer: its workers are missing here').waitFor();
    await page.getByRole('button', { name: /^n2\/w1,/ }).click();
    await page.getByRole('heading', { name: 'n2/w1' }).waitFor();
    await page.getByRole('button', { name: 'Stop and replace' }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('n2/w1 is being stopped').waitFor();
    assert.ok(cluster.calls.includes('/workers/w1?node=n2'));
    await page.context().close();
  });

  test('the overview is of one node, and another one is a click away', async () => {
    const page = await open(cluster, '');
    await page.getByRole('navigation', { name: 'Node' }).getByRole('link', { name: 'n2' }).click();
    await page.waitForURL(/node=n2/);
    await page.locator('[aria-current=page]', { hasText: 'n2' }).waitFor();
    await page.context().close();
  });
});

describe('a node with keys', { skip }, () => {
  let node;
  before(async () => {
    const keys = ['--api-key', 'team:team-key', '--api-key', 'other:other-key', '--operator-key', 'ops:ops-key'];
    node = await start('--worker', 'simulated', '--warm', '1', ...keys);
  });
  after(() => node.stop());

  async function signIn(key) {
    const page = await open(node, '');
    await page.getByLabel('API key of this node').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    return page;
  }

  test('asks for a key, refuses a wrong one, and forgets it', async () => {
    const page = await signIn('wrong');
    await page.getByText('does not know that key').waitFor();
    await page.getByLabel('API key of this node').fill('team-key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const [cookie] = await page.context().cookies(`${node.url}/dashboard/`);
    assert.equal(cookie.sameSite, 'Strict');
    assert.equal(cookie.httpOnly, true);
    assert.ok(!cookie.value.includes('team-key'));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key of this node').waitFor();
    await page.context().close();
  });

  test('shows a holder its own sessions, and an operator all', async () => {
    const mine = await node.create('', { 'x-api-key': 'team-key' });
    const theirs = await node.create('', { 'x-api-key': 'other-key' });
    const page = await signIn('team-key');
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await page.getByRole('link', { name: mine.slice(-8) }).waitFor();
    assert.equal(await page.getByRole('link', { name: theirs.slice(-8) }).count(), 0);
    await page.goto(`${node.url}/dashboard/sessions/${theirs}`);
    await page.getByText('No such session').waitFor();
    await page.context().close();
    const ops = await signIn('ops-key');
    await ops.getByRole('link', { name: 'Sessions', exact: true }).click();
    await ops.getByRole('link', { name: mine.slice(-8) }).waitFor();
    await ops.getByRole('link', { name: theirs.slice(-8) }).waitFor();
    await ops.context().close();
  });

  test('gives nothing to others: neither pages, nor exports, nor the WebSocket', async () => {
    for (const path of ['', 'sessions', '_blazor', 'sessions/00003fdf-120f-8f1e-80d0-1138bdb7b35a/export.json']) {
      const headers = { 'X-Steelyard-Key': 'ops-key', 'X-Steelyard-Operator': 'true' };
      const reply = await fetch(`${node.url}/dashboard/${path}`, { headers });
      assert.match(await reply.text(), /API key of this node/);
    }
  });
});

describe('real sessions', { skip }, () => {
  let node;
  let site;
  before(async () => {
    site = createServer((request, response) => {
      response.setHeader('content-type', 'text/html');
      if (request.url.startsWith('/hangs')) return;
      response.end(PAGES_OF_SITE[request.url] ?? '<title>Fine</title><h1>Fine</h1>');
    });
    await new Promise((resolve) => { site.listen(0, '127.0.0.1', resolve); });
    site.url = `http://127.0.0.1:${site.address().port}`;
    node = await start('--worker', 'chromium', '--warm', '1', '--max-workers', '4', '--record', 'frames', '--egress', 'allow:127.0.0.1');
  });
  after(async () => {
    site.closeAllConnections();
    site.close();
    await node.stop();
  });

  // Connects a client to a new session, and opens an address in its page.
  async function use(path, listen) {
    const id = await node.create();
    const client = await chromium.connectOverCDP(`${node.url.replace('http', 'ws')}/sessions/${id}/cdp`);
    const page = client.contexts()[0].pages()[0];
    if (listen) page.on('dialog', () => {}); // Leaves it open.
    page.goto(site.url + path).catch(() => {});
    return { id, client, page };
  }

  async function timeline(id, text) {
    const page = await open(node, `sessions/${id}`);
    await page.locator('.timeline-rows').getByText(text).first().waitFor({ timeout: 15_000 });
    return page;
  }

  test('a page that threw is named in the timeline', async () => {
    const { id, client } = await use('/error');
    const page = await timeline(id, 'no price for item 7');
    await page.waitForTimeout(1500);
    await check(page, 'session-error');
    await client.close();
    await page.context().close();
  });

  test('a page that waits in a dialog is named', async () => {
    const { id, client } = await use('/dialog', true);
    const page = await timeline(id, 'a page waits in a dialog: confirm: Leave the page?');
    await check(page, 'session-dialog');
    await page.context().close();
    await node.call(`/sessions/${id}`, { method: 'DELETE' });
    await client.close().catch(() => {});
  });

  test('a session whose worker was killed within a load says why, and what was loading', async () => {
    const { id } = await use('/slow');
    let page = await timeline(id, '/hangs.js');
    const { workers } = await node.call('/workers');
    process.kill(workers.find((each) => each.session_id === id).pid, 'SIGKILL');
    await page.getByText('Its worker died').waitFor();
    await page.locator('.timeline-rows').getByText('ended: crashed').waitFor();
    await page.locator('.timeline-rows').getByText('/hangs.js').waitFor();
    await check(page, 'session-killed');
    await page.context().close();
    page = await timeline(id, 'ended: crashed'); // The address stays.
    await page.context().close();
  });

  test('titles, addresses and console text are shown as text', async () => {
    const { id, client } = await use('/hostile');
    const page = await timeline(id, 'onerror');
    for (const path of ['', 'sessions', `sessions/${id}`]) {
      await page.goto(`${node.url}/dashboard/${path}`);
      await page.waitForTimeout(500);
      assert.equal(await page.evaluate('window.hacked'), undefined, path);
    }
    await client.close();
    await page.context().close();
  });

  test('a live session is seen beside its timeline, as in the picture of the README', async () => {
    const { id, client, page } = await use('/shop');
    for (const name of ['Fern', 'Dusk']) await page.locator('article', { hasText: name }).getByRole('button').click();
    const view = await timeline(id, 'stock is loaded');
    const live = view.frameLocator('iframe');
    await live.locator('#cover').waitFor({ state: 'hidden' });
    await view.waitForTimeout(1000);
    await check(view, 'session-live');
    await node.call(`/sessions/${id}`, { method: 'DELETE' });
    await client.close().catch(() => {});
    await view.context().close();
  });

  test('a live view opens twenty times, and on a phone its buttons do not lie on one another', async () => {
    const { id, client } = await use('/');
    const { sessions } = await node.call('/sessions');
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const view = await context.newPage();
    await view.goto(node.url + sessions.find((each) => each.id === id).live_view);
    for (let i = 0; i < 20; i++) {
      await view.reload();
      await view.locator('#state', { hasText: 'Live' }).waitFor();
      await view.locator('#cover').waitFor({ state: 'hidden' });
    }
    assert.equal(await view.locator('#mode [data-control=false]').getAttribute('aria-pressed'), 'true', 'it opens in Viewing');
    for (let i = 0; i < 8; i++) await client.contexts()[0].newPage();
    await view.locator('#tabs li').nth(8).waitFor();
    const plus = await view.locator('#open').boundingBox();
    for (const close of await view.locator('#tabs .close').all()) {
      const box = await close.boundingBox(); // Those that are scrolled out are cut off by the list.
      const list = await view.locator('#tabs ul').boundingBox();
      assert.ok(Math.min(box.x + box.width, list.x + list.width) <= plus.x, 'no tab lies on the button for a new one');
    }
    assert.ok((await view.locator('#screen').boundingBox()).width > 350, 'the picture is as wide as the phone');
    await context.close();
    await node.call(`/sessions/${id}`, { method: 'DELETE' });
    await client.close().catch(() => {});
  });

  test("the page names the address for Chrome's own DevTools, and they may connect", async () => {
    const { id, client } = await use('/');
    const page = await open(node, `sessions/${id}`);
    await page.getByRole('tab', { name: 'DevTools' }).click();
    const address = await page.locator('pre', { hasText: 'devtools://' }).textContent();
    const headers = {
      origin: 'devtools://devtools', connection: 'Upgrade', upgrade: 'websocket',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13',
    };
    const socket = await new Promise((resolve, reject) => {
      get(`http://${new URL(address).searchParams.get('ws')}`, { headers })
        .on('upgrade', (_, opened) => resolve(opened))
        .on('response', ({ statusCode }) => reject(new Error(`answered ${statusCode}`)))
        .on('error', reject);
    });
    socket.destroy();
    await node.call(`/sessions/${id}`, { method: 'DELETE' });
    await client.close().catch(() => {});
    await page.context().close();
  });

  test('exports are JSON and HAR', async () => {
    const { id, client, page } = await use('/');
    await page.waitForLoadState();
    const view = await timeline(id, 'GET');
    const [download] = await Promise.all([view.waitForEvent('download'), view.getByRole('link', { name: 'HAR' }).click()]);
    const har = JSON.parse(readFileSync(await download.path(), 'utf8'));
    const entry = har.log.entries.find((each) => each.request.url === `${site.url}/`);
    assert.equal(entry.response.status, 200);
    await client.close();
    await view.context().close();
  });
});

describe('the process', { skip }, () => {
  test('starts at the first visit, survives its own death, and ends with the node', async () => {
    const node = await start('--worker', 'simulated', '--warm', '0');
    const children = async () => (await import('node:child_process')).execSync('ps -eo pid,ppid,args').toString().split('\n')
      .filter((line) => line.includes('steelyard-dashboard') && line.trim().split(/\s+/)[1] === String(node.pid));
    assert.equal((await children()).length, 0);
    let page = await open(node, '');
    const [line] = await children();
    process.kill(Number(line.trim().split(/\s+/)[0]), 'SIGKILL');
    await page.context().close();
    page = await open(node, '');
    assert.equal((await children()).length, 1);
    await node.stop();
    assert.equal((await children()).length, 0);
    await page.context().close();
  });
});
