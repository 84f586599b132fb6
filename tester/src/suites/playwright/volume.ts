import { check, equal } from '../../check.ts';
import { CdpSocket, pageTargetUrl } from '../../clients/cdp-socket.ts';
import { firstPage } from '../../clients/playwright.ts';
import type { Test, TestContext } from '../../suite.ts';
import { inParallel } from '../../wait.ts';
import { attach, browserSession } from '../browser/bench.ts';

const messages = 100_000;
const atOnce = 64;
const mebibyte = 1_048_576;

/** Uses a plain socket, because Playwright itself takes a millisecond for each call. */
async function manySmall(context: TestContext): Promise<void> {
  const session = await browserSession(context);
  const socket = await CdpSocket.open(await pageTargetUrl(context, session.id), context.client.headers);
  context.onCleanup(() => socket.close());
  const started = performance.now();
  await inParallel(messages, atOnce, async (index) => {
    const value = await socket.evaluate(String(index));
    if (value !== index) equal(value, index, 'the answer to one of many messages');
  });
  context.figure('messages', (messages / (performance.now() - started)) * 1_000, '/s');
}

async function largeResult(context: TestContext): Promise<void> {
  const size = 64 * mebibyte;
  const page = await firstPage(await attach(context, await browserSession(context), 'ws'));
  const started = performance.now();
  const result: string = await page.evaluate(`'0123456789abcdef'.repeat(${size / 16})`);
  context.figure('64 MiB', performance.now() - started, 'ms');
  equal(result.length, size, 'the length of the result');
  check(result === '0123456789abcdef'.repeat(size / 16), 'the result has other characters');
}

/** Noise cannot be compressed: ten million pixels give an image of nearly 30 MiB, and base64 adds a third. */
const noise = `(() => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [4000, 2500];
  canvas.style.cssText = 'display: block; position: absolute; top: 0; left: 0';
  const image = new ImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let state = 1, at = 0; at < pixels.length; at++) {
    state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
    pixels[at] = state | 0xff000000;
  }
  canvas.getContext('2d').putImageData(image, 0, 0);
  document.body.replaceChildren(canvas);
})()`;

async function largeScreenshot(context: TestContext): Promise<void> {
  const page = await firstPage(await attach(context, await browserSession(context), 'ws'));
  await page.setViewportSize({ width: 4_000, height: 2_500 });
  await page.evaluate(noise);
  const started = performance.now();
  const picture = await page.screenshot({ timeout: 60_000 });
  context.figure('screenshot', picture.length / mebibyte, 'MiB');
  context.figure('in', performance.now() - started, 'ms');
  equal([picture.readUInt32BE(16), picture.readUInt32BE(20)], [4_000, 2_500], 'width and height in the PNG');
  check(picture.length > 20 * mebibyte, `the screenshot has only ${picture.length} bytes`);
}

export const volume: Test[] = [
  { name: `${messages} small messages over one connection, each answered by its own`, run: manySmall, deadlineMs: 300_000 },
  { name: 'A result of 64 MiB comes whole', run: largeResult },
  { name: 'A screenshot of tens of MiB comes whole', run: largeScreenshot },
];
