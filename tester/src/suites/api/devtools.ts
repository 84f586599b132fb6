import { check } from '../../check.ts';
import type { Test, TestContext } from '../../suite.ts';
import { answered, nobody, patiently, type Api, type Bench } from './bench.ts';

const verbs = ['get', 'put'] as const;
const lists = ['/sessions/{id}/json', '/sessions/{id}/json/list', '/sessions/{id}/json/version', '/sessions/{id}/json/protocol'] as const;
const target = '0'.repeat(31) + '1';

async function open(api: Api): Promise<{ id: string }> {
  const { data, response } = await patiently(() => api.POST('/v1/sessions', { body: {} }));
  check(data, `a create answered ${response.status}`);
  return { id: data.id };
}

/** Without a browser each call is 501, and says so. */
async function ofSession(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const path = await open(api);
  const good = (await bench.hasBrowser(context)) ? 200 : 501;
  for (const list of lists) {
    answered(list, await api.GET(list, { params: { path } }), good);
    answered(list, await api.PUT(list, { params: { path } }), good);
  }
  for (const verb of verbs) {
    const opened = await api.PUT('/sessions/{id}/json/new', { params: { path } });
    answered('a new page', opened, good);
    const own = { ...path, target: opened.data?.id ?? target };
    const all = { params: { path: own }, parseAs: 'text' } as const;
    answered('activate', await api.request(verb, '/sessions/{id}/json/activate/{target}', all), good);
    answered('close', await api.request(verb, '/sessions/{id}/json/close/{target}', all), good);
    const none = { params: { path: { ...path, target } }, parseAs: 'text' } as const;
    answered('activate of none', await api.request(verb, '/sessions/{id}/json/activate/{target}', none), good === 200 ? 404 : 501);
    answered('close of none', await api.request(verb, '/sessions/{id}/json/close/{target}', none), good === 200 ? 404 : 501);
  }
  await api.DELETE('/sessions/{id}', { params: { path } });
}

async function sockets(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const path = await open(api);
  const good = (await bench.hasBrowser(context)) ? 101 : 501;
  const { data: targets } = await api.GET('/sessions/{id}/json/list', { params: { path } });
  const page = targets?.find(({ type }) => type === 'page')?.id ?? target;
  const paths: [string, number][] = [
    [`/sessions/${path.id}/cdp`, good],
    [`/sessions/${path.id}/devtools/page/${page}`, good],
    [`/sessions/${path.id}/devtools/page/${target}`, good === 101 ? 404 : 501],
    [`/sessions/${path.id}/devtools/browser/${target}`, good === 101 ? 404 : 501],
    [`/devtools/page/${page}`, good === 101 ? 101 : 503],
    [`/devtools/page/${target}`, good === 101 ? 404 : 503],
    [`/devtools/page/${page}?sessionId=${path.id}`, 400],
    ...['/', '/chromium', '/chrome'].flatMap((root): [string, number][] => [
      [root, good],
      [`${root}?sessionId=${path.id}`, good],
      [`${root}?sessionId=${nobody}`, 404],
      [`${root}?timeout=soon`, 400],
      [`${root}?stealth=true`, 501],
    ]),
  ];
  for (const [socket, status] of paths) {
    let reply = await bench.connect(context, socket);
    for (let tries = 20; tries > 0 && reply.status === 429; tries--) reply = await bench.connect(context, socket);
    check(reply.status === status, `a WebSocket to ${socket} answered ${reply}, expected ${status}`);
  }
  const own = ['cdp', 'devtools/page/x', 'devtools/browser/x'].map((each) => `/sessions/${path.id}/${each}`);
  for (const plain of [...own, '/chromium', '/chrome', '/devtools/page/x']) {
    check((await bench.send(context, 'GET', plain)).status === 426, `${plain} answers without a WebSocket`);
    const playwright = await bench.send(context, 'GET', plain, { headers: { 'x-playwright-browser': 'chromium' } });
    check(playwright.status === 501, `${plain} answers Playwright's own protocol with ${playwright}`);
  }
  check((await bench.send(context, 'GET', '/')).status === 404, 'there is something at the root');
  await api.DELETE('/sessions/{id}', { params: { path } });
}

async function atRoot(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const has = await bench.hasBrowser(context);
  const path = await open(api);
  const good = has ? 200 : 501;
  for (const verb of verbs) {
    for (const root of ['/json', '/json/list'] as const) {
      answered(root, await api.request(verb, root, { params: { query: {} } }), 200);
      answered(root, await api.request(verb, root, { params: { query: { sessionId: path.id } } }), has ? 200 : 503);
      answered(root, await api.request(verb, root, { params: { query: { sessionId: '' } } }), 400);
      answered(root, await api.request(verb, root, { params: { query: { sessionId: nobody } } }), 404);
    }
    answered('/json/version', await api.request(verb, '/json/version'), good);
    answered('/json/version', await api.request(verb, '/json/version', { params: { query: { sessionId: nobody } } }), 404);
    answered('/json/version', await api.request(verb, '/json/version', { params: { query: { timeout: -1 } } }), 400);
    answered('/json/protocol', await api.request(verb, '/json/protocol'), good);
    const opened = await patiently(() => api.PUT('/json/new'));
    answered('/json/new', opened, good);
    const own = { params: { path: { target: opened.data?.id ?? target } }, parseAs: 'text' } as const;
    answered('activate', await api.request(verb, '/json/activate/{target}', own), has ? 200 : 503);
    answered('close', await api.request(verb, '/json/close/{target}', own), has ? 200 : 503);
    const none = { params: { path: { target } }, parseAs: 'text' } as const;
    answered('activate of none', await api.request(verb, '/json/activate/{target}', none), has ? 404 : 503);
    answered('close of none', await api.request(verb, '/json/close/{target}', none), has ? 404 : 503);
  }
  answered('release of all', await api.POST('/v1/sessions/release'), 200);
}

async function browserless(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const path = await open(api);
  answered('kill', await api.GET('/kill/{id}', { params: { path } }), 204);
  answered('a second kill', await api.GET('/kill/{id}', { params: { path } }), 404);
  answered('/session', await api.POST('/session', { body: {} }), 404);
  answered('/wd/hub/session', await api.POST('/wd/hub/session', { body: {} }), 404);
}

export function devtools(bench: Bench): Test[] {
  return [
    { name: 'DevTools discovery of a session is as described', run: (context) => ofSession(bench, context) },
    { name: 'DevTools discovery at the root is as described', run: (context) => atRoot(bench, context) },
    { name: 'WebSockets are as described', run: (context) => sockets(bench, context) },
    { name: 'browserless and WebDriver are as described', run: (context) => browserless(bench, context) },
  ];
}
