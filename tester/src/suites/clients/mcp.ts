import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { check, equal } from '../../check.ts';
import { McpServer } from '../../clients/mcp.ts';
import { localSite, page } from '../../net/site.ts';
import type { Test, TestContext } from '../../suite.ts';
import { inBoth, mustUploadOrSayWhy, needRootAddress, start, uploaded } from './bench.ts';
import { needClient } from './packages.ts';

/** A part of what a tool answered. */
function find(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  check(found !== undefined, `nothing like ${pattern.source} in:\n${text}`);
  return found;
}

function fileToUpload({ folder }: McpServer): string {
  const file = path.join(folder, 'upload.txt');
  writeFileSync(file, uploaded);
  return file;
}

async function playwrightMcp(context: TestContext): Promise<void> {
  await needRootAddress(context);
  const script = path.join(await needClient(context, '@playwright/mcp'), 'cli.js');
  const site = await localSite(context, { '/': start, '/two': page('two') });
  const { plain, ours } = await inBoth(context, async (scope, browser) => {
    const server = await McpServer.start(scope, script, ['--cdp-endpoint', browser.origin]);
    await server.use('browser_navigate', { url: site.url('/') });
    const snapshot = await server.use('browser_snapshot');
    await server.use('browser_click', { target: find(snapshot, /button "pick" \[ref=(\w+)\]/) });
    await server.use('browser_file_upload', { paths: [fileToUpload(server)] });
    const content = await server.use('browser_evaluate', { function: '() => document.querySelector("input").files[0].text()' });
    await server.use('browser_click', { target: find(snapshot, /link "next" \[ref=(\w+)\]/) });
    return { snapshot, content, afterClick: await server.use('browser_snapshot') };
  });
  check(ours.snapshot.includes('paragraph [ref=e2]: one'), `the snapshot lacks the text of the page: ${ours.snapshot}`);
  check(ours.content.includes(uploaded), `the uploaded file has other text: ${ours.content}`);
  check(ours.afterClick.includes('Page Title: two'), `the click led to: ${ours.afterClick}`);
  equal(ours, plain, 'what @playwright/mcp saw');
}

async function chromeDevToolsMcp(context: TestContext): Promise<void> {
  await needRootAddress(context);
  const script = path.join(await needClient(context, 'chrome-devtools-mcp'), 'build/src/bin/chrome-devtools-mcp.js');
  const site = await localSite(context, { '/': start, '/two': page('two') });
  const { plain, ours } = await inBoth(context, async (scope, browser) => {
    const server = await McpServer.start(scope, script, ['--browserUrl', browser.origin, '--no-usage-statistics']);
    const pageId = Number(find(await server.use('new_page', { url: site.url('/') }), /^(\d+): one .*\[selected\]$/m));
    const snapshot = await server.use('take_snapshot', { pageId });
    const uid = find(snapshot, /uid=(\w+) button "pick"/);
    const { text, isError } = await server.attempt('upload_file', { pageId, uid, filePaths: [fileToUpload(server)] });
    const read = '() => document.querySelector("input").files[0].text()';
    const upload = isError ? text : find(await server.use('evaluate_script', { pageId, function: read }), /"(.*)"/);
    await server.use('navigate_page', { pageId, type: 'url', url: site.url('/two') });
    const title = find(await server.use('evaluate_script', { pageId, function: '() => document.title' }), /"(.*)"/);
    return { seen: { snapshot, title }, upload };
  });
  check(ours.seen.snapshot.includes('link "next"'), `the snapshot lacks the text of the page: ${ours.seen.snapshot}`);
  equal(ours.seen.title, 'two', 'the title');
  equal(ours.seen, plain.seen, 'what chrome-devtools-mcp saw');
  equal(plain.upload, uploaded, 'the text of the file that a plain Chromium got');
  mustUploadOrSayWhy(ours.upload);
}

export const mcp: Test[] = [
  { name: '@playwright/mcp --cdp-endpoint: navigate, snapshot, upload, click', run: playwrightMcp, deadlineMs: 420_000 },
  { name: 'chrome-devtools-mcp --browserUrl: new page, snapshot, upload, navigate', run: chromeDevToolsMcp, deadlineMs: 420_000 },
];
