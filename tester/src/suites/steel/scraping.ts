import { check, equal, show, skip } from '../../check.ts';
import { offered, refused, SteelUser } from '../../clients/steel.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { isPng } from './bench.ts';

const article = page('article', '<h1>Heading</h1><p>Some <b>bold</b> text.</p><a href="/next">The next one</a>');

/** Fetches an address from the reply; every holder of the key can fetch it. */
async function fetched({ client }: TestContext, url: string): Promise<Buffer> {
  check(URL.canParse(url), `url '${url}' is no absolute address`);
  const reply = await fetch(url, { headers: client.headers });
  check(reply.status === 200, `GET ${url} answered ${reply.status}`);
  return Buffer.from(await reply.arrayBuffer());
}

async function scrape(context: TestContext): Promise<void> {
  const { sdk } = await SteelUser.start(context);
  const site = await localSite(context, { '/': article });
  const started = performance.now();
  const { content, links, metadata } = await offered('scrape', () => sdk.scrape({ url: site.url('/') }));
  context.figure('scrape', performance.now() - started, 'ms');
  check(content.html?.includes('Some <b>bold</b> text.'), `the html lacks the text: ${show(content)}`);
  equal(links, [{ text: 'The next one', url: site.url('/next') }], 'links');
  equal([metadata.statusCode, metadata.title], [200, 'article'], 'statusCode and title');
  equal(site.asked('/'), 1, 'requests for the page');
}

async function formats(context: TestContext): Promise<void> {
  const { sdk } = await SteelUser.start(context);
  const site = await localSite(context, { '/': article });
  const { content } = await offered('scrape as markdown', () => sdk.scrape({ url: site.url('/'), format: ['markdown', 'cleaned_html'] }));
  check(/^# Heading/m.test(content.markdown ?? '') && content.markdown?.includes('**bold**'), `markdown is ${show(content.markdown)}`);
  check(
    content.cleaned_html?.includes('Heading') && !content.cleaned_html.includes('<script'),
    `cleaned_html is ${show(content.cleaned_html)}`,
  );
}

async function missing(context: TestContext): Promise<void> {
  const { sdk } = await SteelUser.start(context);
  const site = await localSite(context, {});
  const { metadata } = await offered('scrape', () => sdk.scrape({ url: site.url('/none') }));
  equal(metadata.statusCode, 404, 'statusCode of a page that is not there');
}

async function screenshot(context: TestContext): Promise<void> {
  const { sdk } = await SteelUser.start(context);
  const site = await localSite(context, { '/': page('shot', '<div style="height: 3000px">tall</div>') });
  const heights: number[] = [];
  for (const fullPage of [false, true]) {
    const { url } = await offered('screenshot', () => sdk.screenshot({ url: site.url('/'), fullPage }));
    const bytes = await fetched(context, url);
    check(isPng(bytes), `GET ${url} brings no PNG`);
    heights.push(bytes.readUInt32BE(20));
  }
  check(heights[1]! >= 3_000 && heights[0]! < 3_000, `heights of a part and of the full page: ${heights.join(' and ')}`);
}

async function pdf(context: TestContext): Promise<void> {
  const { sdk } = await SteelUser.start(context);
  const site = await localSite(context, { '/': article });
  const { url } = await offered('pdf', () => sdk.pdf({ url: site.url('/') }));
  const bytes = await fetched(context, url);
  check(bytes.toString('latin1', 0, 5) === '%PDF-' && bytes.toString('latin1').trimEnd().endsWith('%%EOF'), `GET ${url} brings no PDF`);
}

async function badUrl(context: TestContext): Promise<void> {
  const { sdk } = await SteelUser.start(context);
  for (const url of ['', 'no address', 'file:///etc/passwd']) {
    const { status, message } = await refused(`scrape of '${url}'`, () => sdk.scrape({ url }, { maxRetries: 0 }));
    if (status === 501 || status === 404) skip(`this server does not offer scrape: ${message}`);
    equal(status, 400, `status of scrape of '${url}' (${message})`);
    check(message.includes('url'), `the message does not name url: ${message}`);
  }
}

export const scraping: Test[] = [
  { name: 'scrape brings text, links and title', run: scrape },
  { name: 'scrape brings markdown and cleaned HTML', run: formats },
  { name: 'scrape tells the status of a page that is not there', run: missing },
  { name: 'screenshot names a PNG, of the full page if asked', run: screenshot },
  { name: 'pdf names a PDF', run: pdf },
  { name: 'scrape of what is no web address is 400', run: badUrl },
];
