import { check, skip } from '../../check.ts';
import type { Test, TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';
import { answered, patiently, withKey, type Bench } from './bench.ts';

const expected = [
  ['GET', '/dashboard', 302],
  ['GET', '/dashboard/', 200],
  ['GET', '/dashboard/app.css', 200],
  ['POST', '/dashboard/sign-out', 302],
] as const;
const odd = [
  ['GET', '/dashboard/nothing'],
  ['POST', '/dashboard/nothing'],
  ['POST', '/dashboard/_blazor/negotiate?negotiateVersion=1'],
  ['POST', '/dashboard/_blazor/disconnect'],
] as const;

async function figures(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  answered('/health', await api.GET('/health', { parseAs: 'text' }), 200);
  answered('/v1/health', await api.GET('/v1/health'), 200);
  answered('/readyz', await api.GET('/readyz'), 200, 503);
  answered('/status', await api.GET('/status'), 200);
  answered('/nodes', await api.GET('/nodes'), 200);
  answered('/series', await api.GET('/series'), 200);
  answered('/events', await api.GET('/events'), 200);
  answered('/metrics', await api.GET('/metrics', { parseAs: 'text' }), 200);
  answered('/pressure', await api.GET('/pressure'), 200);
  answered('/active', await api.GET('/active'), 204);
  answered('/history', await api.GET('/history', { params: { query: { limit: 0 } } }), 400);
}

/** The query `node` names the node that answers. */
async function named(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const { data } = await api.GET('/nodes');
  const own = data?.nodes.find(({ is_self }) => is_self);
  check(own, 'no node says that it is the one that answers');
  for (const [name, ...statuses] of [[own.name, 200, 503], ['there-is-none', 404]] as const) {
    const params = { query: { node: name } };
    answered('/readyz', await api.GET('/readyz', { params }), ...statuses);
    answered('/status', await api.GET('/status', { params }), ...statuses);
    answered('/series', await api.GET('/series', { params }), ...statuses);
    answered('/events', await api.GET('/events', { params }), ...statuses);
    answered('/metrics', await api.GET('/metrics', { params, parseAs: 'text' }), ...statuses);
    answered('/pressure', await api.GET('/pressure', { params }), ...statuses);
    answered('/workers', await api.GET('/workers', { params }), ...statuses);
  }
  answered('the drain of no node', await api.DELETE('/nodes/{name}', { params: { path: { name: 'there-is-none' } } }), 404);
}

async function workers(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const { data: session } = await patiently(() => api.POST('/sessions', { body: {} }));
  const { data } = await api.GET('/workers');
  const worker = data?.workers.find(({ session_id }) => session_id === session!.id);
  check(worker, 'the workers do not name the one of a session');
  const path = { id: worker.id };
  answered('its log', await api.GET('/workers/{id}/log', { params: { path }, parseAs: 'text' }), 200);
  answered('its stop', await api.DELETE('/workers/{id}', { params: { path } }), 204);
  const lost = { id: session!.id };
  const answer = await poll(async () => {
    const got = await api.GET('/sessions/{id}', { params: { path: lost } });
    return got.response.status === 404 ? got : undefined;
  }, { withinMs: 10_000 });
  check(answer?.error && 'cause' in answer.error && answer.error.cause === 'stopped_by_operator', 'the 404 does not say why');
  answered('what has happened', await api.GET('/events'), 200);
}

/** The holder of a key that is no operator's. */
async function holders(bench: Bench, context: TestContext): Promise<void> {
  if (context.options.holderKey === undefined) skip('give a key that is no operator\'s by --holder-key to test with');
  const api = await bench.api(context, withKey(context, context.options.holderKey).headers);
  const operator = await bench.api(context);
  const { data: session } = await patiently(() => operator.POST('/sessions', { body: {} }));
  const { data } = await operator.GET('/workers');
  const path = { id: data!.workers.find(({ session_id }) => session_id === session!.id)!.id };
  answered('/workers', await api.GET('/workers'), 200);
  answered('/metrics', await api.GET('/metrics', { parseAs: 'text' }), 403);
  answered("a worker's log", await api.GET('/workers/{id}/log', { params: { path }, parseAs: 'text' }), 403);
  answered("another's worker", await api.DELETE('/workers/{id}', { params: { path } }), 403);
}

async function pages(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  answered('/openapi.json', await api.GET('/openapi.json'), 200);
  answered('/docs', await api.GET('/docs', { parseAs: 'text' }), 200);
  answered('its script', await api.GET('/docs/scalar.js', { parseAs: 'text' }), 200);
  const home = await bench.send(context, 'GET', '/', { headers: { 'sec-fetch-dest': 'document' } });
  check(home.status === 302, `the root answers a person with ${home}`);
}

async function dashboard(bench: Bench, context: TestContext): Promise<void> {
  const { options } = context;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const signIn = (key: string) =>
    bench.send(context, 'POST', '/dashboard/sign-in', { headers: form, body: `key=${encodeURIComponent(key)}` });
  check((await signIn('wrong')).status === 401, 'a wrong key opens the dashboard');
  const signed = options.apiKey === undefined ? undefined : await signIn(options.apiKey);
  const cookie = { cookie: signed?.header('set-cookie')?.split(';')[0] ?? '' };
  for (const [method, path, status] of expected) {
    const reply = await bench.send(context, method, path, { headers: cookie });
    check(reply.status === status || reply.status === 503, `${method} ${path} answered ${reply}`);
  }
  for (const [method, path] of odd) await bench.send(context, method, path, { headers: cookie });
  await bench.connect(context, '/dashboard/_blazor', [`Cookie: ${cookie.cookie}`]);
}

export function node(bench: Bench): Test[] {
  return [
    { name: 'What the node tells of itself is as described', run: (context) => figures(bench, context) },
    { name: 'A node answers to its own name, and to no other', run: (context) => named(bench, context) },
    { name: 'Workers are as described', run: (context) => workers(bench, context) },
    { name: 'What only operators may do is 403 for others', run: (context) => holders(bench, context) },
    { name: 'The description and its page are there', run: (context) => pages(bench, context) },
    { name: 'The dashboard is as described', run: (context) => dashboard(bench, context) },
  ];
}
