import { check, skip } from '../../check.ts';
import { address, withQuery } from '../../clients/address.ts';
import { tryUpgrade } from '../../http/upgrade.ts';
import type { TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';

export function endpoint(context: TestContext, path = '/chromium', query: Record<string, string> = {}): string {
  return address(context, 'ws', withQuery(path, { token: context.options.apiKey, ...query }));
}

/** Skips the test if the server lacks the dialect. Each connect creates a session, which ends with the connection. */
export async function need(context: TestContext, path = '/chromium'): Promise<void> {
  const reply = await tryUpgrade(context.client, withQuery(path, { token: context.options.apiKey }));
  if (reply.status === 404 || reply.status === 501) skip(`this server does not offer ${path} (${reply.status})`);
  check(reply.status === 101, `connecting to ${path} answered ${reply}`);
}

/** Waits until the sessions of earlier connects are gone, because the browsers that replace them start one after the other. */
export async function settled({ pool }: TestContext): Promise<void> {
  if (!(await pool.isVisible())) return;
  const quiet = await poll(async () => ((await pool.settled()).some(({ state }) => state === 'leased') ? undefined : true), {
    withinMs: 15_000,
  });
  check(quiet, `sessions of others are live: ${await pool.describe()}`);
}
