import { check, equal, skip } from '../../check.ts';
import { formatDuration } from '../../duration.ts';
import { firstPage } from '../../clients/playwright.ts';
import type { TestContext } from '../../suite.ts';
import { sleep } from '../../wait.ts';
import { attach, browserSession, localPages } from './bench.ts';

const longestWaitMs = 15_000;

/** The client is attached and silent: no request or message is sent while the TTL passes. */
export async function attachedOutlivesTtl(context: TestContext): Promise<void> {
  const session = await browserSession(context);
  const pages = await localPages(context);
  const page = await firstPage(await attach(context, session));
  await page.goto(pages.url('patient'));
  await sleep(context.options.ttlMs + 2_000);
  equal(await page.title(), 'patient', 'the title past the TTL');
  await context.sessions.mustShow(session, 'past the TTL with its client attached');
}

export async function detachedExpires(context: TestContext): Promise<void> {
  const { ttlMs } = context.options;
  if (ttlMs > longestWaitMs)
    skip(`a TTL of ${formatDuration(ttlMs)} takes long; run the server and the tester with ${longestWaitMs / 1_000}s or less`);
  const session = await browserSession(context);
  const browser = await attach(context, session);
  await sleep(ttlMs / 2);
  await browser.close();
  const left = performance.now();
  const margin = Math.min(1_000, ttlMs / 5);
  await sleep(left + ttlMs + margin - performance.now());
  const reply = await context.sessions.get(session.id);
  check(reply.status === 404, `GET ${formatDuration(performance.now() - left)} after the client left answered ${reply}, expected 404`);
}
