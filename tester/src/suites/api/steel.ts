import { randomUUID } from 'node:crypto';
import { check } from '../../check.ts';
import type { Test, TestContext } from '../../suite.ts';
import { answered, patiently, type Bench } from './bench.ts';

async function life(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const own = randomUUID();
  const create = (body: Record<string, unknown>) => patiently(() => api.POST('/v1/sessions', { body }));
  const created = await create({ sessionId: own, timeout: 60_000, metadata: { suite: 'api' }, namespace: 'n' });
  answered('a create', created, 200);
  answered('the same create', await create({ sessionId: own, timeout: 60_000, metadata: { suite: 'api' }, namespace: 'n' }), 200);
  answered('another create with its id', await create({ sessionId: own }), 409);
  answered('a bad field', await create({ timeout: -1 }), 400);
  answered('a feature of a cloud', await create({ solveCaptcha: true }), 501);
  const path = { id: own };
  answered('a retrieve', await api.GET('/v1/sessions/{id}', { params: { path } }), 200);
  answered('the list', await api.GET('/v1/sessions', { params: { query: { status: 'live', metadata: { suite: 'api' } } } }), 200);
  answered('a list of too many', await api.GET('/v1/sessions', { params: { query: { limit: 1_000 } } }), 400);
  answered('its events', await api.GET('/v1/sessions/{id}/events', { params: { path } }), 200);
  answered('a release', await api.POST('/v1/sessions/{id}/release', { params: { path } }), 200);
  answered('a retrieve after the end', await api.GET('/v1/sessions/{id}', { params: { path } }), 200);
  answered('the ended ones', await api.GET('/v1/sessions', { params: { query: { status: 'released', limit: 5 } } }), 200);
}

/** Options that set a browser up. */
async function options(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const good = (await bench.hasBrowser(context)) ? 200 : 501;
  const created = await patiently(() => api.POST('/v1/sessions', {
    body: {
      dimensions: { width: 800, height: 600 },
      deviceConfig: { device: 'desktop' },
      blockAds: true,
      optimizeBandwidth: { blockImages: true, blockHosts: ['ads.example'] },
      userAgent: 'Tester/3.0',
      proxyUrl: 'http://127.0.0.1:9',
    },
  }));
  answered('a create with options', created, good);
  if (created.data) await api.POST('/v1/sessions/{id}/release', { params: { path: { id: created.data.id } } });
}

async function extras(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const has = await bench.hasBrowser(context);
  const { data } = await patiently(() => api.POST('/v1/sessions', { body: {} }));
  const path = { id: data!.id };
  // Not ASCII, but UTF-8: the server reads it, and cannot pass it on.
  const bad = { headers: { accept: '\u00c3\u00a9' } };
  const good = (status: number) => (has ? status : 501);
  const act = (body: object) => api.POST('/v1/sessions/{id}/computer', { params: { path }, body: body as never });
  answered('context', await api.GET('/v1/sessions/{id}/context', { params: { path } }), good(200));
  answered('a move', await act({ action: 'move_mouse', coordinates: [1, 2], screenshot: true }), good(200));
  answered('the position', await act({ action: 'get_cursor_position' }), good(200));
  answered('no action', await act({ action: 'dance' }), good(400));
  answered('too much', await act({ action: 'type_text', text: 'x'.repeat(2 << 20) }), 413);
  const form = () => ({
    params: { path },
    body: { file: '' },
    bodySerializer: () => {
      const data = new FormData();
      data.set('file', new Blob(['some bytes']), 'some.txt');
      return data;
    },
  });
  answered('an upload', await api.POST('/v1/sessions/{id}/files', form()), good(200));
  answered('no upload', await api.POST('/v1/sessions/{id}/files', { ...form(), bodySerializer: () => 'x' }), good(400));
  answered('the list', await api.GET('/v1/sessions/{id}/files', { params: { path } }), good(200));
  const named = (name: string) => ({ params: { path: { ...path, path: name } }, parseAs: 'text' }) as const;
  answered('a download', await api.GET('/v1/sessions/{id}/files/{path}', named('some.txt')), good(200));
  answered('no file', await api.GET('/v1/sessions/{id}/files/{path}', named('none.txt')), good(404));
  answered('no name', await api.GET('/v1/sessions/{id}/files/{path}', named('a//b')), good(400));
  answered('all in one', await api.GET('/v1/sessions/{id}/files.zip', { params: { path }, parseAs: 'arrayBuffer' }), good(200));
  answered('a delete', await api.DELETE('/v1/sessions/{id}/files/{path}', named('some.txt')), good(204));
  answered('no delete', await api.DELETE('/v1/sessions/{id}/files/{path}', named('none.txt')), good(404));
  answered('a bad delete', await api.DELETE('/v1/sessions/{id}/files/{path}', named('a//b')), good(400));
  answered('a delete of all', await api.DELETE('/v1/sessions/{id}/files', { params: { path } }), good(204));
  answered('the pages', await api.GET('/v1/sessions/{id}/live-details', { params: { path } }), good(200));
  for (const [method, call] of [['GET', 'context'], ['GET', 'files'], ['DELETE', 'files'], ['GET', 'files.zip']] as const)
    check((await bench.send(context, method, `/v1/sessions/${path.id}/${call}`, bad)).status === good(400), `${call} takes such a header`);
  await live(bench, context, data!.debugUrl, path.id);
}

async function live(bench: Bench, context: TestContext, url: string, id: string): Promise<void> {
  const has = await bench.hasBrowser(context);
  const path = new URL(url).pathname;
  const statuses = [
    (await bench.send(context, 'GET', path)).status,
    (await bench.send(context, 'GET', path, { headers: { accept: 'application/json' } })).status,
    (await bench.connect(context, path)).status,
    (await bench.connect(context, `${path}?interactive=perhaps`)).status,
  ];
  check(statuses.join() === (has ? '200,200,101,400' : '200,501,501,501'), `the live view answered ${statuses.join()}`);
  await context.client.request('DELETE', `/sessions/${id}`);
  check((await bench.send(context, 'GET', path, { headers: { accept: 'application/json' } })).status === 404, 'its end is not told');
}

export function steel(bench: Bench): Test[] {
  return [
    { name: "steel-sdk's sessions are as described", run: (context) => life(bench, context) },
    { name: 'Options of a browser are as described', run: (context) => options(bench, context) },
    { name: 'Context, computer, files and live view are as described', run: (context) => extras(bench, context) },
  ];
}
