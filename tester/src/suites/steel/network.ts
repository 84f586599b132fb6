import { check, equal } from '../../check.ts';
import { SteelUser, type CreateFields } from '../../clients/steel.ts';
import { passwordProxy } from '../../net/password-proxy.ts';
import { localSite, page, pixel } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { drive } from './bench.ts';

const rich = page(
  'rich',
  '<link rel="stylesheet" href="/style.css"><img src="/image.gif"><img src="/other.gif"><video src="/film.mp4" preload="auto"></video>',
);
const files = {
  '/': rich,
  '/image.gif': pixel,
  '/other.gif': pixel,
  '/style.css': { type: 'text/css', body: 'p { color: red }' },
  '/film.mp4': { type: 'video/mp4', body: 'no film' },
};
const parts = Object.keys(files).slice(1);

/** The parts of the page that the browser really requested. The page load waits for them; a blocked part fails at once. */
async function asked(context: TestContext, optimizeBandwidth: NonNullable<CreateFields['optimizeBandwidth']>): Promise<string[]> {
  const user = await SteelUser.start(context);
  const site = await localSite(context, files);
  const driven = await drive(context, await user.createBrowser({ optimizeBandwidth }, 'optimizeBandwidth'));
  await driven.goto(site.url('/'), { waitUntil: 'load' });
  equal(await driven.title(), 'rich', 'the title');
  // A page requests its parts in order: once this one has arrived, all earlier parts have been requested.
  await driven.evaluate(`fetch('/last').then(() => true)`);
  equal(site.asked('/last'), 1, 'requests of the page itself');
  return parts.filter((path) => site.asked(path) > 0);
}

function blocks(name: string, optimizeBandwidth: NonNullable<CreateFields['optimizeBandwidth']>, expected: string[]): Test {
  return { name, run: async (context) => equal(await asked(context, optimizeBandwidth), expected, 'the parts that were asked for') };
}

const plain = 'http://plain.test/';
const ads = ['http://ads.doubleclick.net/a.js', 'http://www.googletagmanager.com/b.js'];
const withAds = page('plain', ads.map((url) => `<script src="${url}"></script>`).join(''));
const script = { type: 'text/javascript', body: '' };

/** These hosts exist only behind the proxy, so a page that loads has come through it. */
async function proxied(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const proxy = await passwordProxy(context, { [plain]: page('behind the proxy') });
  const session = await user.createBrowser({ proxyUrl: proxy.url }, 'proxyUrl');
  equal(session.proxySource, 'external', 'proxySource');
  const driven = await drive(context, session);
  await driven.goto(plain);
  equal(await driven.title(), 'behind the proxy', 'the title');
  equal(proxy.asked(plain), 1, 'times the proxy was asked for the page');
  check(!JSON.stringify(await user.retrieve(session.id)).includes('p@ss'), 'the session shows the password of its proxy');
}

async function noAds(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const proxy = await passwordProxy(context, { [plain]: withAds, [ads[0]!]: script, [ads[1]!]: script });
  const shown = async (fields: CreateFields) => {
    const before = ads.map((url) => proxy.asked(url));
    const driven = await drive(context, await user.createBrowser({ proxyUrl: proxy.url, ...fields }, 'proxyUrl or blockAds'));
    await driven.goto(plain, { waitUntil: 'load' });
    return ads.map((url, index) => proxy.asked(url) - before[index]!);
  };
  equal(await shown({}), [1, 1], 'requests for two ads without blockAds');
  equal(await shown({ blockAds: true }), [0, 0], 'requests for two ads with blockAds');
}

export const network: Test[] = [
  blocks('Without optimizeBandwidth every part of a page is asked for', false, parts),
  blocks('optimizeBandwidth asks for no image, style sheet or film', true, []),
  blocks('blockImages alone asks for no image', { blockImages: true }, ['/style.css', '/film.mp4']),
  blocks('blockStylesheets alone asks for no style sheet', { blockStylesheets: true }, ['/image.gif', '/other.gif', '/film.mp4']),
  blocks('blockMedia alone asks for no film', { blockMedia: true }, ['/image.gif', '/other.gif', '/style.css']),
  blocks(
    'blockUrlPatterns asks for nothing that matches', { blockUrlPatterns: ['*/other.gif'] }, ['/image.gif', '/style.css', '/film.mp4'],
  ),
  { name: 'proxyUrl: traffic goes through a proxy that demands a password', run: proxied },
  { name: 'blockAds asks no ad server', run: noAds },
];
