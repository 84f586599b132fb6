import { check, equal } from '../../check.ts';
import { SteelUser, type CreateFields } from '../../clients/steel.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { drive } from './bench.ts';

/** Verifies an option in a page of the session, with these expressions and their expected values. */
function seen(name: string, fields: CreateFields, expected: Record<string, unknown>): Test {
  return {
    name,
    async run(context) {
      const driven = await openPage(context, fields, Object.keys(fields).join(' and '));
      for (const [expression, value] of Object.entries(expected))
        equal(await driven.evaluate(expression), value, `${expression} in the page`);
      const fresh = await driven.context().newPage();
      for (const [expression, value] of Object.entries(expected))
        equal(await fresh.evaluate(expression), value, `${expression} in a second page`);
    },
  };
}

async function openPage(context: TestContext, fields: CreateFields, what: string) {
  const user = await SteelUser.start(context);
  const site = await localSite(context, { '/': page('options', '<meta name="viewport" content="width=device-width">') });
  const driven = await drive(context, await user.createBrowser(fields, what));
  await driven.goto(site.url('/'));
  return driven;
}

/** Checks the header as well as the property, because pages use either. */
async function userAgentSent(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const site = await localSite(context, { '/': page('sent') });
  const driven = await drive(context, await user.createBrowser({ userAgent: 'Tester/2.0 (sent)' }, 'userAgent'));
  const reply = await driven.goto(site.url('/'));
  equal((await reply?.request().allHeaders())?.['user-agent'], 'Tester/2.0 (sent)', 'the User-Agent header');
}

async function mobile(context: TestContext): Promise<void> {
  const driven = await openPage(context, { deviceConfig: { device: 'mobile' } }, 'deviceConfig');
  const agent = String(await driven.evaluate('navigator.userAgent'));
  check(/Mobi/.test(agent), `the user agent of a mobile device is '${agent}'`);
  check(Number(await driven.evaluate('navigator.maxTouchPoints')) > 0, 'a mobile device has no touch screen');
}

export const options: Test[] = [
  seen('userAgent is what pages see', { userAgent: 'Tester/2.0' }, { 'navigator.userAgent': 'Tester/2.0' }),
  { name: 'userAgent is what servers see', run: userAgentSent },
  seen('dimensions are the size of the viewport', { dimensions: { width: 913, height: 517 } }, { '[innerWidth, innerHeight]': [913, 517] }),
  seen(
    'timezone is that of the clock in pages',
    { timezone: 'Pacific/Marquesas' },
    {
      'Intl.DateTimeFormat().resolvedOptions().timeZone': 'Pacific/Marquesas',
      'new Date(2024, 0, 1).getTimezoneOffset()': 570,
    },
  ),
  seen(
    'locale is that of numbers and languages in pages',
    { locale: 'de-DE' },
    {
      'navigator.language': 'de-DE',
      '(1234.5).toLocaleString()': '1.234,5',
    },
  ),
  { name: 'deviceConfig mobile is a phone', run: mobile },
];
