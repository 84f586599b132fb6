import { listSessions } from '../../api/listing.ts';
import { check, skip } from '../../check.ts';
import { Ephemeral } from '../../clients/ephemeral.ts';
import { needRootDiscovery } from '../../clients/forms.ts';
import { startChromium } from '../../os/chromium.ts';
import { page } from '../../net/site.ts';
import type { TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';
import { needBrowsers } from '../browser/bench.ts';

/** What a client does with the browser at this address, and what it sees. All that it starts ends with its scope. */
export type Work<T> = (scope: TestContext, browser: URL) => Promise<T>;

/**
 * Does the same with a plain Chromium and with the server. The server's sessions must end with their client, except for this number of
 * sessions that the client has asked for.
 */
export async function inBoth<T>(context: TestContext, work: Work<T>, stay = 0): Promise<{ plain: T; ours: T }> {
  const plain = await inScope(context, async (scope) => work(scope, await startChromium(scope)));
  const watching = await Ephemeral.watch(context);
  const ours = await inScope(context, (scope) => work(scope, context.client.base));
  for (const id of await watching.mustLeave(stay)) await context.sessions.delete(id);
  return { plain, ours };
}

/** These clients are given only an address, and use it like that of a browser, which they think is theirs alone. */
export async function needRootAddress(context: TestContext): Promise<void> {
  const { base } = context.client;
  if (context.options.apiKey !== undefined) skip('this client sends no key, so servers with keys refuse it');
  if (base.protocol !== 'http:' || base.pathname !== '/') skip('this client takes only a host and a port');
  await needBrowsers(context);
  await needRootDiscovery(context);
  await context.pool.need('so nothing tells which sessions there are');
  const quiet = await poll(async () => ((await listSessions(context.client)).length === 0 ? true : undefined), { withinMs: 5_000 });
  if (!quiet) skip('this server has sessions of others, whose pages this client would find');
}

async function inScope<T>(context: TestContext, work: (scope: TestContext) => Promise<T>): Promise<T> {
  const cleanups: (() => unknown)[] = [];
  const end = async () => {
    for (let cleanup = cleanups.shift(); cleanup; cleanup = cleanups.shift()) await cleanup();
  };
  // An interrupted test does not come to its own end.
  context.onCleanup(end);
  try {
    return await work({ ...context, onCleanup: (action) => cleanups.unshift(action) });
  } finally {
    await end();
  }
}

/** A page with something to click and something to choose. */
export const start = page('one', '<a href="/two">next</a> <input type="file" aria-label="pick">');

export const uploaded = 'a line of a file';

/** A server whose browsers cannot see the client's files must say so, or else the page must get the file. */
export function mustUploadOrSayWhy(answer: string): void {
  check(answer === uploaded || answer.includes('cannot read'), `the upload of a local file was answered: ${answer}`);
}
