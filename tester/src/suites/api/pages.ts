import { check } from '../../check.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { answered, patiently, type Bench } from './bench.ts';

const article = page(
  'article',
  '<meta name="description" content="d"><script type="application/ld+json">{"a":1}</script><h1>Heading</h1><p>Text.</p><a href="/x">x</a>',
);
const download = { type: 'application/zip', body: 'PK', headers: { 'content-disposition': 'attachment' } };

async function made(bench: Bench, context: TestContext): Promise<void> {
  const api = await bench.api(context);
  const has = await bench.hasBrowser(context);
  const good = (status: number) => (has ? status : 501);
  const site = await localSite(context, { '/': article, '/file': download, });
  const url = site.url('/');
  const all = { url, format: ['html', 'cleaned_html', 'markdown', 'readability'] as const, screenshot: true, pdf: true };
  const scraped = await patiently(() => api.POST('/v1/scrape', { body: { ...all, format: [...all.format] } }));
  answered('a scrape', scraped, good(200));
  const saved = [
    await patiently(() => api.POST('/v1/screenshot', { body: { url, fullPage: true } })),
    await patiently(() => api.POST('/v1/pdf', { body: { url } })),
  ];
  for (const each of saved) {
    answered('a file of a page', each, good(200));
    const file = each.data && await bench.send(context, 'GET', new URL(each.data.url).pathname);
    check(!file || file.status === 200, `a file that was made answered ${file}`);
  }
  answered('a file that is not there', await api.GET('/v1/artifacts/{name}', { params: { path: { name: 'none.png' } } }), 404);
  for (const path of ['/v1/scrape', '/v1/screenshot', '/v1/pdf'] as const) {
    answered('no address', await api.POST(path, { body: { url: 'mailto:nobody' } }), 400);
    answered('a download', await patiently(() => api.POST(path, { body: { url: site.url('/file') } })), good(422));
    answered('nobody there', await patiently(() => api.POST(path, { body: { url: 'http://127.0.0.1:9/' } })), good(502));
  }
}

/** A page whose script never ends. */
async function hangs(bench: Bench, context: TestContext): Promise<void> {
  await bench.needBrowser(context);
  const api = await bench.api(context);
  const site = await localSite(context, { '/': page('hangs', '<script>onload = () => setTimeout(() => { for (;;); })</script>') });
  const { data } = await patiently(() => api.POST('/v1/sessions', { body: {} }));
  const path = { id: data!.id };
  const opened = await context.client.request('PUT', `/sessions/${path.id}/json/new?${site.url('/')}`);
  check(opened.status === 200, `a new page answered ${opened}`);
  await Promise.all([
    ...(['/v1/scrape', '/v1/screenshot', '/v1/pdf'] as const).map(async (each) =>
      answered(`${each} of it`, await patiently(() => api.POST(each, { body: { url: site.url('/') } })), 504)),
    api.POST('/v1/sessions/{id}/computer', { params: { path }, body: { action: 'take_screenshot' } })
      .then((answer) => answered('a computer action on it', answer, 504)),
  ]);
}

export function pages(bench: Bench): Test[] {
  return [
    { name: 'Scrapes, screenshots and PDFs are as described', run: (context) => made(bench, context) },
    { name: 'A page that hangs is as described', run: (context) => hangs(bench, context) },
  ];
}
