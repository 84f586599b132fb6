import { check, equal } from '../../check.ts';
import { firstPage } from '../../clients/playwright.ts';
import type { TestContext } from '../../suite.ts';
import { attach, browserSession } from './bench.ts';

const size = 8 * 1_048_576;

export async function largeMessages(context: TestContext): Promise<void> {
  const session = await browserSession(context);
  const page = await firstPage(await attach(context, session));
  const started = performance.now();
  const received: string = await page.evaluate(`'0123456789abcdef'.repeat(${size / 16})`);
  check(received === '0123456789abcdef'.repeat(size / 16), `of ${size} characters ${received.length} came back, or others`);
  const sent = 'fedcba9876543210'.repeat(size / 16);
  equal(await page.evaluate(`'${sent}'.length`), size, 'length that arrived in the page');
  context.figure('8 MiB each way in', performance.now() - started, 'ms');
}
