import { readFileSync } from 'node:fs';
import path from 'node:path';
import { check, equal } from '../../check.ts';
import { offered, SteelUser } from '../../clients/steel.ts';
import { localSite, page } from '../../net/site.ts';
import { tempFolder } from '../../os/folder.ts';
import type { Test, TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';
import { drive } from '../steel/bench.ts';
import { uploaded } from './bench.ts';

const fields = '<input type="file" name="file"><button>Send</button>';
const form = page('form', `<form method="post" action="/done" enctype="multipart/form-data">${fields}</form>`);

/** The steps of Steel's documentation. */
async function upload(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const session = await user.createBrowser();
  const site = await localSite(context, { '/': form, '/done': page('done') });
  const file = await offered('files', () => user.sdk.sessions.files.upload(session.id, { file: new File([uploaded], 'upload.txt') }));
  const driven = await drive(context, session);
  await driven.goto(site.url('/'));
  const cdp = await driven.context().newCDPSession(driven);
  const { root } = await cdp.send('DOM.getDocument');
  const { nodeId } = await cdp.send('DOM.querySelector', { nodeId: root.nodeId, selector: 'input' });
  await cdp.send('DOM.setFileInputFiles', { files: [file.path], nodeId });
  const read = await driven.evaluate(`document.querySelector('input').files[0].text()`);
  equal(read, uploaded, 'the text that the page reads');
  await driven.click('button');
  await driven.waitForURL(site.url('/done'));
  const body = site.posted('/done')?.toString() ?? '';
  check(body.includes('filename="upload.txt"') && body.includes(uploaded), `the site got the form as: ${body}`);
}

async function download(context: TestContext): Promise<void> {
  const user = await SteelUser.start(context);
  const session = await user.createBrowser();
  const content = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256));
  const site = await localSite(context, {
    '/': page('download', '<a href="/report.bin" download>report</a>'),
    '/report.bin': {
      type: 'application/octet-stream', body: content, headers: { 'content-disposition': 'attachment; filename="report.bin"' },
    },
  });
  const driven = await drive(context, session);
  await driven.goto(site.url('/'));
  const [begun] = await Promise.all([driven.waitForEvent('download'), driven.click('a')]);
  equal(begun.suggestedFilename(), 'report.bin', 'the name');
  const saved = path.join(tempFolder(context), 'saved.bin');
  await begun.saveAs(saved);
  check(readFileSync(saved).equals(content), 'download.saveAs() saved other bytes');
  check(readFileSync(await begun.path()).equals(content), 'download.path() is a file with other bytes');
  const { files } = user.sdk.sessions;
  const list = async () => (await offered('files', () => files.list(session.id))).data;
  const listed = await poll(async () => (await list()).find(({ size }) => size === content.length), { withinMs: 5_000 });
  check(listed, 'the download is not among the files of the session');
  const bytes = Buffer.from(await (await files.download(session.id, listed.path)).arrayBuffer());
  check(bytes.equals(content), 'files.download brings other bytes');
}

export const recipes: Test[] = [
  { name: 'steel-sdk uploads, and Playwright gives the file to a form', run: upload },
  { name: 'Playwright downloads as if the browser were here, and steel-sdk finds the file', run: download },
];
