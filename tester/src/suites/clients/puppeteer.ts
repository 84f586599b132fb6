import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { equal } from '../../check.ts';
import { loadPuppeteer } from '../../clients/packages.ts';
import { localSite } from '../../net/site.ts';
import { tempFolder } from '../../os/folder.ts';
import type { Test, TestContext } from '../../suite.ts';
import { inBoth, mustUploadOrSayWhy, needRootAddress, start, uploaded } from './bench.ts';
import { needClient, newerNode, runScript } from './packages.ts';

/** The version that other suites use, too. */
async function version24(context: TestContext): Promise<void> {
  await needRootAddress(context);
  await loadPuppeteer();
  await drives(context, 'puppeteer-core', process.execPath);
}

async function version25(context: TestContext): Promise<void> {
  await needRootAddress(context);
  await needClient(context, 'puppeteer-core-25');
  await drives(context, 'puppeteer-core-25', await newerNode(context));
}

async function drives(context: TestContext, name: string, node: string): Promise<void> {
  const site = await localSite(context, { '/': start });
  const file = path.join(tempFolder(context), 'upload.txt');
  writeFileSync(file, uploaded);
  const { plain, ours } = await inBoth(context, (scope, browser) =>
    runScript(scope, 'puppeteer.mjs', [name, browser.origin, site.url('/'), file], { node }));
  equal(ours['seen'], { title: 'one', text: 'one', picture: [800, 600] }, 'what Puppeteer saw');
  equal(ours['seen'], plain['seen'], 'what Puppeteer saw');
  equal(plain['upload'], uploaded, 'the text of the file that a plain Chromium got');
  mustUploadOrSayWhy(String(ours['upload']));
}

const work = 'browserURL, new page, screenshot, upload';
export const puppeteer: Test[] = [
  { name: `puppeteer-core 24: ${work}`, run: version24 },
  { name: `puppeteer-core 25 on Node 22: ${work}`, run: version25, deadlineMs: 420_000 },
];
