import { equal } from '../../check.ts';
import { offered, SteelUser } from '../../clients/steel.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { drive } from './bench.ts';

const recall = `({ cookie: document.cookie, stored: localStorage.getItem('word') })`;

/** Like a user who logs in once and continues in another session. */
async function handedOver(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const site = await localSite(context, { '/': page('state') });
  const first = await user.createBrowser();
  const before = await drive(context, first);
  await before.goto(site.url('/'));
  await before.evaluate(`document.cookie = 'word=kept; max-age=3600'; localStorage.setItem('word', 'stored')`);
  const state = await offered('context', () => user.sdk.sessions.context(first.id));
  equal(state.cookies?.find(({ name }) => name === 'word')?.value, 'kept', 'the cookie in context');
  equal(state.localStorage?.[site.origin], { word: 'stored' }, 'the local storage in context');
  await user.release(first.id);

  const second = await user.createBrowser({ sessionContext: state }, 'sessionContext');
  const after = await drive(context, second);
  await after.goto(site.url('/'));
  equal(await after.evaluate(recall), { cookie: 'word=kept', stored: 'stored' }, 'what the second session has of the first');
}

async function nothingElse(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const site = await localSite(context, { '/': page('state') });
  const session = await user.createBrowser({ sessionContext: { localStorage: { [site.origin]: { word: 'given' } } } }, 'sessionContext');
  const driven = await drive(context, session);
  await driven.goto(site.url('/'));
  equal(await driven.evaluate(recall), { cookie: '', stored: 'given' }, 'what the session was given');
  await user.release(session.id);

  const next = await drive(context, await user.createBrowser());
  await next.goto(site.url('/'));
  equal(await next.evaluate(recall), { cookie: '', stored: null }, 'what the next session sees of it');
}

export const state: Test[] = [
  { name: 'Cookies and local storage go by context into another session', run: handedOver },
  { name: 'A given context stays in its session', run: nothingElse },
];
