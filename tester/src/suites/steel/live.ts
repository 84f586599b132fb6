import { check, equal, show, skip } from '../../check.ts';
import { offered, SteelUser, type SteelSession } from '../../clients/steel.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { poll, sleepUntil } from '../../wait.ts';
import { drive, isJpeg } from './bench.ts';

const idleMs = 4_000;
const lively = page('lively', `<script>setInterval(() => (document.getElementById('name').textContent = Date.now()), 100)</script>`);

async function details(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const site = await localSite(context, { '/': page('watched'), '/second': page('second') });
  const session = await user.createBrowser();
  const driven = await drive(context, session);
  await driven.goto(site.url('/'));
  await (await driven.context().newPage()).goto(site.url('/second'));
  const shown = await offered('liveDetails', () => user.sdk.sessions.liveDetails(session.id));
  const pages = shown.pages.map(({ url, title }) => `${url} ${title}`).sort();
  equal(pages, [`${site.url('/')} watched`, `${site.url('/second')} second`], 'the pages');
  equal(new Set(shown.pages.map(({ id }) => id)).size, 2, 'distinct ids of two pages');
  const addresses = [
    shown.wsUrl, shown.sessionViewerUrl, shown.sessionViewerFullscreenUrl,
    ...shown.pages.flatMap((each) => [each.sessionViewerUrl, each.sessionViewerFullscreenUrl]),
  ];
  for (const url of addresses) check(URL.canParse(url), `'${url}' is no absolute address in ${show(shown)}`);
}

async function opensWithoutKey(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const { debugUrl } = await user.createBrowser();
  for (const url of [debugUrl, `${debugUrl}?interactive=true`]) {
    const reply = await fetch(url);
    if (reply.status === 404 || reply.status === 501) skip(`this server has no live view (GET of debugUrl is ${reply.status})`);
    equal(reply.status, 200, `status of ${url}`);
    check(/^text\/html\b/.test(reply.headers.get('content-type') ?? ''), `${url} is '${reply.headers.get('content-type')}'`);
  }
}

interface Watching {
  /** The number of JPEGs received so far. */
  frames(): number;
  /** Waits for the first JPEG; fails if none arrives. */
  first(): Promise<void>;
}

/** Opens the live view of one session in the browser of another, like a person. */
async function watchIt(context: TestContext, user: SteelUser, watched: SteelSession): Promise<Watching> {
  const reply = await fetch(watched.debugUrl);
  if (reply.status === 404 || reply.status === 501) skip(`this server has no live view (GET of debugUrl is ${reply.status})`);
  const viewer = await drive(context, await user.createBrowser());
  let frames = 0;
  let refusal = '';
  viewer.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      if (Buffer.isBuffer(payload) && isJpeg(payload)) frames++;
    });
    socket.on('socketerror', (error) => (refusal = error));
  });
  await viewer.goto(watched.debugUrl);
  const first = async () => {
    const came = await poll(async () => (frames > 0 || /\b(404|501)$/.test(refusal) ? true : undefined), { withinMs: 10_000 });
    if (frames === 0 && came) skip(`this server has no live view behind its page (${refusal})`);
    check(came, `no JPEG came over the WebSocket of the live view within 10 s ${refusal}`);
  };
  return { frames: () => frames, first };
}

async function delivers(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const site = await localSite(context, { '/': lively });
  const watched = await user.createBrowser();
  await (await drive(context, watched)).goto(site.url('/'));
  const since = performance.now();
  const { frames, first } = await watchIt(context, user, watched);
  await first();
  context.figure('first picture after', performance.now() - since, 'ms');
  const more = await poll(async () => (frames() >= 5 ? true : undefined), { withinMs: 10_000 });
  check(more, `of a page that changes ten times a second only ${frames()} pictures came in 10 s`);
}

/** A forgotten tab must not keep a browser forever. */
async function watchingIsIdle(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const site = await localSite(context, { '/': lively });
  const watched = await user.createBrowser({ inactivityTimeout: idleMs });
  const driven = await drive(context, watched);
  await driven.goto(site.url('/'));
  const { frames, first } = await watchIt(context, user, watched);
  await first();
  await driven.context().browser()?.close();
  const left = performance.now();
  const before = frames();
  await sleepUntil(left, idleMs / 2);
  check(frames() > before, 'no picture came after the client had left, so nobody was watching');
  await sleepUntil(left, idleMs + 1_000);
  equal((await user.retrieve(watched.id)).status, 'released', 'status past inactivityTimeout with only a viewer');
}

export const live: Test[] = [
  { name: 'liveDetails tells the pages and where to watch', run: details },
  { name: 'debugUrl is a page that opens without a key', run: opensWithoutKey },
  { name: 'The live view, opened in a browser, gets pictures', run: delivers },
  { name: 'Watching alone does not keep a session past its inactivityTimeout', run: watchingIsIdle },
];
