import { check, equal, field, show } from '../../check.ts';
import { SteelUser, type SteelSession } from '../../clients/steel.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { drive } from './bench.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const clockSlackMs = 300_000;

async function complete(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const session = await user.create({ timeout: 123_000, inactivityTimeout: 45_000, metadata: { colour: 'blue' } });
  equal(session.metadata, { tester: user.mark, colour: 'blue' }, 'metadata');
  equal([session.status, session.timeout, session.inactivityTimeout], ['live', 123_000, 45_000], 'status, timeout and inactivityTimeout');
  check(uuid.test(session.id), `id ${session.id} is no UUID`);
  check(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(session.createdAt),
    `createdAt '${session.createdAt}' is not ISO with milliseconds and Z`,
  );
  check(Math.abs(Date.parse(session.createdAt) - Date.now()) < clockSlackMs, `createdAt is ${session.createdAt}`);
  equal([session.creditsUsed, session.proxyBytesUsed], [0, 0], 'creditsUsed and proxyBytesUsed');
  check(field(session, 'eventCount', 'number') >= 0, `eventCount is ${session.eventCount}`);
  check(field(session, 'duration', 'number') >= 0 && session.duration < 60_000, `duration of a fresh session is ${session.duration}`);
  field(session, 'optimizeBandwidth', 'object');
  const { width, height } = session.dimensions;
  check(width >= 100 && height >= 100, `dimensions are ${show(session.dimensions)}`);
  check([null, 'external', 'steel'].includes(session.proxySource), `proxySource is ${show(session.proxySource)}`);
  equal([session.headless, session.isSelenium, session.solveCaptcha], [true, false, false], 'headless, isSelenium, solveCaptcha');
}

async function addresses(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const { id, websocketUrl, debugUrl, sessionViewerUrl } = await user.create();
  for (const text of [websocketUrl, debugUrl, sessionViewerUrl]) check(URL.canParse(text), `'${text}' is no absolute address`);
  const socket = new URL(websocketUrl);
  check(socket.protocol === 'ws:' || socket.protocol === 'wss:', `websocketUrl is '${websocketUrl}'`);
  check(websocketUrl.includes('?'), `people append &apiKey= to websocketUrl, and '${websocketUrl}' has no ?`);
  check(websocketUrl.includes(id), `websocketUrl '${websocketUrl}' does not name the session`);
  check(!debugUrl.includes('?'), `people append ?interactive= to debugUrl, and '${debugUrl}' has a ?`);
}

async function echoed(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const fields = { dimensions: { width: 901, height: 602 }, userAgent: 'Tester/1.0', deviceConfig: { device: 'desktop' as const } };
  const session = await user.createBrowser(fields, 'these options');
  const told = (shown: SteelSession) => ({ dimensions: shown.dimensions, userAgent: shown.userAgent, deviceConfig: shown.deviceConfig });
  equal(told(session), fields, 'the options in the reply to create');
  equal(told(await user.retrieve(session.id)), fields, 'the options in retrieve');
}

/** The size that a session reports must match its pages, regardless of who chose it. */
async function sized(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  for (const fields of [{}, { deviceConfig: { device: 'mobile' as const } }, { dimensions: { width: 1002, height: 613 } }]) {
    const session = await user.createBrowser(fields, 'a size');
    const driven = await drive(context, session);
    const site = await localSite(context, { '/': page('size', '<meta name="viewport" content="width=device-width">') });
    await driven.goto(site.url('/'));
    const { width, height } = session.dimensions;
    equal([width, height], await driven.evaluate('[innerWidth, innerHeight]'), `dimensions with ${show(fields)}`);
  }
}

async function retrieved(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const { duration, ...created } = await user.create({ metadata: { n: '1' } });
  const { duration: later, ...shown } = await user.retrieve(created.id);
  equal(shown, created, 'retrieve against create');
  check(later >= duration, `duration went from ${duration} to ${later}`);
}

export const fields: Test[] = [
  { name: 'A session has all its fields, and they are true', run: complete },
  { name: 'Its addresses can be extended as people do: websocketUrl has a ?, debugUrl has none', run: addresses },
  { name: 'Its options are shown as they were asked for', run: echoed },
  { name: 'Its dimensions are those of its pages', run: sized },
  { name: 'Retrieve shows what create answered', run: retrieved },
];
