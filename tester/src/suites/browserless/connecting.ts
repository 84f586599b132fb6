import { check, equal, field, skip } from '../../check.ts';
import { CdpSocket } from '../../clients/cdp-socket.ts';
import { Ephemeral } from '../../clients/ephemeral.ts';
import { connectPuppeteer, firstPuppeteerPage } from '../../clients/puppeteer.ts';
import { tryUpgrade } from '../../http/upgrade.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { endpoint, need, settled } from './bench.ts';

const timeoutMs = 3_000;
const lateMs = 3_000;

async function createsAndEnds(context: TestContext, path: string): Promise<void> {
  await need(context, path);
  await settled(context);
  const watching = await Ephemeral.watch(context);
  const started = performance.now();
  const socket = await CdpSocket.open(endpoint(context, path));
  context.onCleanup(() => socket.close());
  check(field(await socket.call('Browser.getVersion'), 'product', 'string') !== '', 'the browser does not say what it is');
  context.figure('connect', performance.now() - started, 'ms');
  const id = await watching.created();
  socket.close();
  await watching.mustEnd(id);
}

async function puppeteer(context: TestContext): Promise<void> {
  await need(context);
  const site = await localSite(context, { '/': page('browserless') });
  const browser = await connectPuppeteer(context, { browserWSEndpoint: endpoint(context) });
  const driven = await firstPuppeteerPage(browser);
  await driven.goto(site.url('/'));
  equal(await driven.title(), 'browserless', 'the title');
  await browser.close();
}

async function timeout(context: TestContext): Promise<void> {
  await need(context);
  const started = performance.now();
  const socket = await CdpSocket.open(endpoint(context, '/chromium', { timeout: String(timeoutMs) }));
  context.onCleanup(() => socket.close());
  const closed = await Promise.race([
    socket.closed,
    new Promise<undefined>((resolve) => setTimeout(resolve, timeoutMs + lateMs, undefined)),
  ]);
  const lived = performance.now() - started;
  check(closed, `with timeout=${timeoutMs} the client is still connected after ${Math.round(lived)} ms`);
  check(lived >= timeoutMs - 100, `with timeout=${timeoutMs} the client was disconnected after ${Math.round(lived)} ms`);
  context.figure('lived', lived, 'ms');
}

async function launch(context: TestContext): Promise<void> {
  await need(context);
  const options = JSON.stringify({ headless: true, args: ['--window-size=911,523', '--user-agent=Tester/3.0'] });
  const query = { launch: options, trackingId: 'tester', blockAds: 'false' };
  const driven = await firstPuppeteerPage(
    await connectPuppeteer(context, { browserWSEndpoint: endpoint(context, '/chromium', query), defaultViewport: null }),
  );
  const site = await localSite(context, { '/': page('launch') });
  await driven.goto(site.url('/'));
  equal(
    await driven.evaluate('[innerWidth, innerHeight, navigator.userAgent]'), [911, 523, 'Tester/3.0'], 'window and user agent in the page',
  );
}

async function wrongToken(context: TestContext): Promise<void> {
  const { client, options } = context;
  if (options.apiKey === undefined) skip('this server has no keys; give one by --api-key to test with');
  await need(context);
  // Without the headers that the client sends with every request, because the token alone must decide.
  const bare = Object.create(client, { headers: { value: {} } }) as typeof client;
  for (const query of ['', '?token=', `?token=${encodeURIComponent(options.apiKey)}x`]) {
    const reply = await tryUpgrade(bare, `/chromium${query}`);
    check(reply.status === 401, `/chromium${query && '?token=…'} with a wrong token answered ${reply}, expected 401`);
  }
  check(
    (await tryUpgrade(bare, `/chromium?token=${encodeURIComponent(options.apiKey)}`)).status === 101,
    'the right token alone does not open it',
  );
}

export const connecting: Test[] = [
  ...['/chromium', '/chrome'].map((path) => ({
    name: `Connecting to ${path} creates a session, and disconnecting ends it`,
    run: (context: TestContext) => createsAndEnds(context, path),
  })),
  { name: 'Puppeteer drives it', run: puppeteer },
  { name: 'timeout= ends it', run: timeout },
  { name: 'launch= chooses the window and the user agent', run: launch },
  { name: 'A wrong token is 401', run: wrongToken },
];
