import { check, skip } from '../../check.ts';
import type { Test, TestContext } from '../../suite.ts';
import { inParallel, sleep } from '../../wait.ts';
import { answered, withKey, type Api, type Bench } from './bench.ts';

const mostWorkers = 16;

/** All workers have a session, and creates wait no longer than the queue lets them. */
async function full(bench: Bench, context: TestContext): Promise<void> {
  const { client, options } = context;
  const api = await bench.api(context);
  const holder = await bench.api(context, options.holderKey === undefined ? client.headers : withKey(context, options.holderKey).headers);
  const { data: status } = await api.GET('/status');
  const most = status!.workers.max;
  if (most > mostWorkers) skip(`this server has ${most} workers; start it with --max-workers 6 --queue-timeout 500ms`);
  let free = api;
  for (let held = 0; held < most; held++) {
    const { response } = await untilStarted(free);
    if (response.status === 201) continue;
    check(response.status === 429 && free !== holder, `only ${held} of ${most} workers took a session`);
    free = holder; // The first key is at its limit.
    held--;
  }
  answered('a create', await holder.POST('/sessions', { body: {} }), 503);
  answered("steel-sdk's create", await holder.POST('/v1/sessions', { body: {} }), 429);
  for (const path of ['/v1/scrape', '/v1/screenshot', '/v1/pdf'] as const)
    answered(path, await holder.POST(path, { body: { url: 'http://127.0.0.1:9/' } }), 429);
  const last = [...['/', '/chromium', '/chrome'], ...((await bench.hasBrowser(context)) ? [`/devtools/page/${'0'.repeat(32)}`] : [])];
  for (const path of last) check((await bench.connect(context, path)).status === 429, `${path} takes a client`);
  if (await bench.hasBrowser(context)) answered('/json/new', await holder.PUT('/json/new'), 429);
  await fullQueue(holder, status!.queue.limit);
}

/** Workers of sessions that have just ended start their browsers again. */
async function untilStarted(api: Api) {
  for (let tries = 20; ; tries--) {
    const answer = await api.POST('/sessions', { body: {} });
    if (answer.response.status !== 503 || tries === 0) return answer;
  }
}

async function isCreated(api: Api): Promise<boolean> {
  return (await api.POST('/sessions', { body: {} })).response.status === 201;
}

async function fullQueue(api: Api, limit: number): Promise<void> {
  if (limit > mostWorkers) return;
  const waiting = inParallel(limit + 1, limit + 1, () => isCreated(api));
  await sleep(100);
  answered('/readyz', await api.GET('/readyz'), 200, 503);
  await waiting;
}

export function fullNode(bench: Bench): Test[] {
  return [{ name: 'A full node answers as described', run: (context) => full(bench, context) }];
}
