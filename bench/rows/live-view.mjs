// The cost of the live view of a page that changes all the time.
import { createRequire } from 'node:module';
import { json, socketOf } from '../lib/http.mjs';
import { cpuOf } from '../lib/proc.mjs';
import { pause, within } from '../lib/wait.mjs';
import { startNode, workerOf } from '../peers/steelyard.mjs';

const require = createRequire(new URL('../../tester/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const WebSocket = require('ws');

export const needsBrowser = true;
export const name = 'live-view';
export const what = 'Live view of a page that changes all the time: frames for each viewer, and CPU, with 0, 1 and 5 viewers.';
export const goals = [];

const PAGE = `<style>div{position:absolute;width:300px;height:300px;background:linear-gradient(red,blue);animation:a 2s linear infinite}
@keyframes a{50%{transform:translate(60vw,60vh) rotate(180deg)}}</style>` +
  '<div></div><h1 id=n>0</h1><script>setInterval(()=>n.textContent++,16)</script>';
const SIZES = [[1280, 720], [1920, 1080]];
const VIEWERS = [0, 1, 5];

export async function run(context) {
  const seconds = context.seconds / 2;
  const lines = [];
  for (const build of context.builds) {
    for (const size of SIZES) lines.push(...await watchSize(context, build, size, seconds));
  }
  return {
    windows: context.describe(1, seconds),
    head: ['page', 'viewers', 'frames/s of each', 'KB a frame', 'worker % of a core', 'browser % of a core', 'node % of a core'],
    lines,
    figures: {},
  };
}

async function watchSize(context, build, [width, height], seconds) {
  const node = await startNode(context, build, { worker: 'chromium', warm: 1, max: 1 });
  const { id, debugUrl } = await json(`${node.url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dimensions: { width, height } }),
  });
  const browser = await chromium.connectOverCDP(`${socketOf(node.url)}/?sessionId=${id}`);
  await browser.contexts()[0].pages()[0].setContent(PAGE);
  const { pid } = await workerOf(node, id);
  const lines = [];
  for (const viewers of VIEWERS) {
    const { rate, size, cpu } = await measure(node, debugUrl, viewers, pid, seconds);
    const [frames, kilobytes] = viewers ? [rate / viewers, size] : [null, null];
    const percent = ['worker', 'browser', 'node'].map((part) => 100 * cpu[part]);
    lines.push([`${build.name}, ${width}×${height}`, String(viewers), frames, kilobytes, ...percent]);
  }
  await browser.close();
  await node.stop();
  return lines;
}

async function measure(node, address, viewers, worker, seconds) {
  let [frames, bytes] = [0, 0];
  const sockets = await Promise.all(Array.from({ length: viewers }, () => view(address, (data) => (frames++, (bytes += data.length)))));
  await pause(seconds / 5);
  frames = bytes = 0;
  const read = () => ({ worker: cpuOf(worker), node: node.ownCpu(), all: node.treeCpu(), at: performance.now() / 1000 });
  const before = read();
  await pause(seconds);
  const after = read();
  if (sockets.some((socket) => socket.readyState !== WebSocket.OPEN)) throw new Error('A viewer was cut off.');
  for (const socket of sockets) socket.close();
  const passed = after.at - before.at;
  const share = (part) => (after[part] - before[part]) / passed;
  const cpu = { worker: share('worker'), node: share('node'), browser: share('all') - share('worker') - share('node') };
  return { rate: frames / passed, size: bytes / (frames || 1) / 1000, cpu };
}

function view(address, onFrame) {
  const socket = new WebSocket(socketOf(address), { origin: new URL(address).origin });
  socket.on('message', (data, isBinary) => isBinary && onFrame(data));
  return within('a live view', 10, new Promise((resolve, reject) => socket.on('open', () => resolve(socket)).on('error', reject)));
}
