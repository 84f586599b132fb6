import { check, equal, show, skip } from '../../check.ts';
import { fill, limits } from '../../api/full-pool.ts';
import { refused, SteelUser, type CreateFields } from '../../clients/steel.ts';
import type { Test, TestContext } from '../../suite.ts';

/** Options that no orchestrator of this kind supports: it must refuse them instead of ignoring them. */
const unsupported: Record<string, unknown>[] = [
  { solveCaptcha: true },
  { credentials: {} },
  { useProxy: true },
  { useProxy: { geolocation: { country: 'DE' } } },
  { extensionIds: ['all_ext'] },
  { persistProfile: true },
  { profileId: '0b2ee2f5-1de3-4b8e-9d3e-000000000000' },
  { isSelenium: true },
  { headless: false },
  { stealthConfig: { autoCaptchaSolving: true } },
  { stealthConfig: { humanizeInteractions: true } },
];

const bad: Record<string, unknown>[] = [
  { timeout: 'soon' },
  { timeout: -1 },
  { inactivityTimeout: 'later' },
  { inactivityTimeout: -1 },
  { sessionId: 'no-uuid' },
  { dimensions: { width: 0, height: 600 } },
  { dimensions: { width: 800 } },
  { dimensions: 'large' },
  { userAgent: 7 },
  { proxyUrl: 'no address' },
  { proxyUrl: 'ftp://127.0.0.1:1' },
  { timezone: 'Mars/Olympus' },
  { locale: 'not a locale' },
  { blockAds: 'yes' },
  { optimizeBandwidth: 'much' },
  { optimizeBandwidth: { blockHosts: 'example.com' } },
  { sessionContext: [] },
  { sessionContext: { cookies: [{ name: 'no value' }] } },
  { deviceConfig: { device: 'fridge' } },
  { metadata: { n: 1 } },
  { metadata: 'text' },
];

/** One refused create. The message must contain the innermost names of the requested options. */
function refusal(body: Record<string, unknown>, expected: number): Test {
  const name = Object.keys(body)[0]!;
  return {
    name: `create(${show(body, 60)}) is ${expected} and names ${name}`,
    async run(context) {
      const user = await SteelUser.start(context);
      const { status, message } = await refused('it', () => user.create(body as CreateFields, user.sdk, { maxRetries: 0 }));
      equal(status, expected, `status (${message})`);
      check(message.includes(name), `the message does not name ${name}: ${message}`);
    },
  };
}

async function full(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const { max } = await limits(context);
  if (max > 16) skip(`this server may start ${max} workers; run it with --max-workers 16 or fewer`);
  await fill(context, max);
  const started = performance.now();
  const { status, message, header } = await refused('a create beyond the last worker', () => user.create({}, user.sdk, { maxRetries: 0 }));
  equal(status, 429, `status (${message})`);
  check(Number(header('retry-after')) > 0, `Retry-After is '${header('retry-after')}'`);
  context.figure('429 after', performance.now() - started, 'ms');
}

async function wrongKey(context: TestContext): Promise<void> {
  if (context.options.apiKey === undefined) skip('this server has no keys; give one by --api-key to test with');
  const user = await SteelUser.start(context);
  const Client = user.sdk.constructor as new (options: object) => typeof user.sdk;
  const stranger = new Client({ baseURL: user.sdk.baseURL, steelAPIKey: `${context.options.apiKey}x` });
  equal((await refused('a create with a wrong key', () => user.create({}, stranger))).status, 401, 'status');
}

export const refusals: Test[] = [
  ...unsupported.map((body) => refusal(body, 501)),
  ...bad.map((body) => refusal(body, 400)),
  { name: 'With all workers taken a create is 429 with Retry-After, before the SDK gives up', run: full },
  { name: 'A wrong key is 401', run: wrongKey },
];
