import { check, skip } from '../../check.ts';
import { CdpSocket, pageTargetUrl } from '../../clients/cdp-socket.ts';
import { exchange, head } from '../../http/raw.ts';
import { Reply } from '../../http/reply.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { poll, sleep } from '../../wait.ts';
import { answered, patiently, type Bench } from './bench.ts';

const creates = ['/sessions', '/v1/sessions', '/v1/scrape', '/v1/screenshot', '/v1/pdf'];
const mostStreams = 32;

async function life(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const created = await patiently(() => api.POST('/sessions', { params: { query: { record: 'events' } }, body: { role: 'described' } }));
  answered('a create', created, 201);
  const path = { id: created.data!.id };
  answered('a get', await api.GET('/sessions/{id}', { params: { path } }), 200);
  answered('the list', await api.GET('/sessions'), 200);
  answered('its recording', await api.GET('/sessions/{id}/events', { params: { path } }), 200);
  answered('the deletion of its recording while it lives', await api.DELETE('/sessions/{id}/events', { params: { path } }), 409);
  answered('a picture that is not there', await api.GET('/sessions/{id}/frames/{part}/{name}', {
    params: { path: { ...path, part: 'w0', name: 'none.jpg' } },
  }), 404);
  answered('its history while it lives', await api.GET('/sessions/{id}/history', { params: { path } }), 404);
  answered('a delete', await api.DELETE('/sessions/{id}', { params: { path } }), 204);
  answered('a second delete', await api.DELETE('/sessions/{id}', { params: { path } }), 404);
  answered('its history', await api.GET('/sessions/{id}/history', { params: { path } }), 200);
  answered('the history', await api.GET('/history', { params: { query: { reason: 'deleted', limit: 5 } } }), 200);
  answered('the history with a bad place', await api.GET('/history', { params: { query: { after: 'nowhere' } } }), 400);
  answered('the deletion of its recording', await api.DELETE('/sessions/{id}/events', { params: { path } }), 204);
}

/** The bodies that a create must refuse. */
async function bodies(bench: Bench, context: TestContext): Promise<void> {
  for (const path of creates) {
    check((await bench.send(context, 'POST', path, { body: '{' })).status === 400, `${path} takes what is no JSON`);
    const large = Buffer.alloc(9 << 20, ' ');
    check((await bench.send(context, 'POST', path, { body: large })).status === 413, `${path} takes 9 MiB`);
  }
  await Promise.all(creates.map((path) => slowly(bench, context, path)));
}

async function slowly(bench: Bench, context: TestContext, path: string): Promise<void> {
  const { client } = context;
  async function* parts() {
    yield head(client, 'POST', path, ['Content-Length: 100000']);
    for (let rest = 0; rest < 300; rest++) {
      yield ' ';
      await sleep(100);
    }
  }
  const reply = await exchange(client, parts(), 30_000);
  check(reply.status === 408, `${path} waits for a body that does not come, and then answers ${reply}`);
  (await bench.read(context)).mustHave('POST', path, reply);
}

async function recording(bench: Bench, context: TestContext): Promise<void> {
  await bench.needBrowser(context);
  const api = await bench.api(context);
  const created = await patiently(() => api.POST('/sessions', { params: { query: { record: 'frames' } }, body: {} }));
  const path = { id: created.data!.id };
  const site = await localSite(context, { '/': page('pictured') });
  const driven = await CdpSocket.open(await pageTargetUrl(context, path.id), context.client.headers);
  context.onCleanup(() => driven.close());
  await driven.call('Page.navigate', { url: site.url('/') });
  const frame = await poll(async () => {
    const { data } = await api.GET('/sessions/{id}/events', { params: { path } });
    check(data && typeof data === 'object', 'the recording is no page');
    return data.events.find(({ type }) => type === 'frame') as { part: string; file: string } | undefined;
  }, { withinMs: 10_000, everyMs: 250 });
  if (!frame) skip('no picture was taken within 10 s');
  const picture = await bench.send(context, 'GET', `/sessions/${path.id}/frames/${frame.part}/${frame.file}`);
  check(picture.status === 200, `the picture of the event answered ${picture}`);
  answered("steel-sdk's events", await api.GET('/v1/sessions/{id}/events', { params: { path } }), 200);
  await api.DELETE('/sessions/{id}', { params: { path } });
}

/** A stream has no end, so only its head is compared. Opens more until there is no place. */
async function streams(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const description = await bench.read(context);
  const { data } = await patiently(() => api.POST('/sessions', { body: {} }));
  for (const path of ['/events', `/sessions/${data!.id}/events`]) {
    const stop = new AbortController();
    for (let open = 0, status = 200; status === 200 && open < mostStreams; open++) {
      const headers = { ...context.client.headers, accept: 'text/event-stream' };
      const answer = await fetch(new URL(path, context.client.base), { headers, signal: stop.signal });
      status = answer.status;
      const body = status === 200 ? '' : await answer.text();
      description.mustHave('GET', path, new Reply(status, new Map(answer.headers), Buffer.from(body), 0));
    }
    stop.abort();
  }
}

export function sessions(bench: Bench): Test[] {
  return [
    { name: 'The life of a session is as described', run: (context) => life(bench, context) },
    { name: 'Bodies that are wrong, too large or too slow are refused as described', run: (context) => bodies(bench, context) },
    { name: 'Recordings and their pictures are as described', run: (context) => recording(bench, context) },
    { name: 'Streams of events are as described', run: (context) => streams(bench, context) },
  ];
}
