import { check, skip } from '../../check.ts';
import type { Test, TestContext } from '../../suite.ts';
import { inParallel } from '../../wait.ts';
import { answered, type Bench } from './bench.ts';

const mostWorkers = 16;

/** All workers have a session, and creates wait no longer than the queue lets them. */
async function full(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const { data: status } = await api.GET('/status');
  const most = status!.workers.max;
  if (most > mostWorkers) skip(`this server has ${most} workers, too many to fill; start it with --max-workers 4 --queue-timeout 500ms`);
  const ids = await inParallel(most, 4, async () => (await api.POST('/sessions', { body: {} })).data?.id);
  check(ids.every((id) => id !== undefined), 'not all workers took a session');
  try {
    answered('a create', await api.POST('/sessions', { body: {} }), 503);
    answered("steel-sdk's create", await api.POST('/v1/sessions', { body: {} }), 429);
    for (const path of ['/v1/scrape', '/v1/screenshot', '/v1/pdf'] as const)
      answered(path, await api.POST(path, { body: { url: 'http://127.0.0.1:9/' } }), 429);
    for (const path of ['/', '/chromium', '/chrome'])
      check((await bench.connect(context, path)).status === 429, `${path} takes a client`);
    if (await bench.hasBrowser(context)) answered('/json/new', await api.PUT('/json/new'), 429);
  } finally {
    await inParallel(ids.length, 4, (index) => api.DELETE('/sessions/{id}', { params: { path: { id: ids[index]! } } }));
  }
}

export function fullNode(bench: Bench): Test[] {
  return [{ name: 'A full node answers as described', run: (context) => full(bench, context) }];
}
