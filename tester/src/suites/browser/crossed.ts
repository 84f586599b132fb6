import type { Session } from '../../api/sessions.ts';
import { check, equal, field, skip } from '../../check.ts';
import { firstPage } from '../../clients/playwright.ts';
import type { TestContext } from '../../suite.ts';
import { inParallel } from '../../wait.ts';
import { attach, browserSession, localPages } from './bench.ts';

/** Attaching also costs the client CPU time, so only a few clients attach at once. All stay attached. */
const attachingAtOnce = 5;

export async function crossedData(context: TestContext): Promise<void> {
  const { sessions, figure } = context;
  const pages = await localPages(context);
  await sessions.delete((await browserSession(context)).id);
  const count = Math.min(context.options.sessions, await capacity(context));
  if (count < 2) skip(`this server holds ${count} session, and crossing takes two`);

  const started = performance.now();
  const created: Session[] = [];
  const driven = await inParallel(count, attachingAtOnce, async (index) => {
    // The sessions are not all created at the start: on a slow machine the last ones would expire before their client attaches.
    created[index] = await sessions.create({ index });
    const page = await firstPage(await attach(context, created[index]));
    await page.goto(pages.url(`page-${index}`));
    await page.evaluate(`localStorage.setItem('own', 'secret-${index}')`);
    return page;
  });
  figure('sessions', count, '');
  figure('all attached after', performance.now() - started, 'ms');

  await inParallel(count, count, async (index) => {
    const page = driven[index]!;
    equal(await page.title(), `page-${index}`, `the title in session ${index}`);
    equal(await page.evaluate(`localStorage.getItem('own')`), `secret-${index}`, `the storage in session ${index}`);
    const open = page.context().pages().map((each) => each.url());
    equal(open, [pages.url(`page-${index}`)], `the pages of session ${index}`);
    await sessions.mustShow(created[index]!, 'with its client attached');
  });
  check(new Set(driven).size === count, 'two sessions gave the same page');
}

async function capacity({ client, pool, options }: TestContext): Promise<number> {
  if (!(await pool.isVisible())) return options.sessions;
  const status = (await client.request('GET', '/status')).json();
  return field(field(status, 'workers', 'object'), 'max', 'number');
}
