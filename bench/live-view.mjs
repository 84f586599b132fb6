// Measures the cost of the live view: frames per second for each viewer of a constantly changing page, and CPU time, with 0, 1 and 5
// viewers.
// Usage: node bench/live-view.mjs http://127.0.0.1:8080 [WIDTHxHEIGHT…]. The node must run on this machine, with Chromium.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../tester/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const WebSocket = require('ws');
const [url = 'http://127.0.0.1:8080', ...sizes] = process.argv.slice(2);
const seconds = 10;
const ticksPerSecond = 100; // The unit of CPU time in /proc/PID/stat on Linux.
const page = `<style>div{position:absolute;width:300px;height:300px;background:linear-gradient(red,blue);animation:a 2s linear infinite}
@keyframes a{50%{transform:translate(60vw,60vh) rotate(180deg)}}</style>` +
  '<div></div><h1 id=n>0</h1><script>setInterval(()=>n.textContent++,16)</script>';

console.log(
  '| page | viewers | frames/s of each | KiB a frame | worker, % of a core | browser, % of a core | orchestrator, % of a core |\n' +
    '|---|---|---|---|---|---|---|',
);
for (const size of sizes.length ? sizes : ['1280x720', '1920x1080']) {
  const [width, height] = size.split('x').map(Number);
  const created = await (await fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dimensions: { width, height } }),
  })).json();
  const browser = await chromium.connectOverCDP(`${url.replace('http', 'ws')}/?sessionId=${created.id}`);
  await browser.contexts()[0].pages()[0].setContent(page);
  const { workers } = await (await fetch(`${url}/workers`)).json();
  const worker = workers.find((each) => each.session_id === created.id).pid;
  for (const viewers of [0, 1, 5]) console.log(row(size, viewers, await measure(created.debugUrl, viewers, worker)));
  await browser.close();
  await fetch(`${url}/v1/sessions/${created.id}/release`, { method: 'POST' });
}
process.exit(0);

async function measure(address, viewers, worker) {
  let frames = 0;
  let bytes = 0;
  const sockets = await Promise.all(Array.from({ length: viewers }, () => watch(address, (data) => (frames++, (bytes += data.length)))));
  await pause(2);
  frames = bytes = 0;
  const [before, started] = [cpu(worker), performance.now()];
  await pause(seconds);
  const [after, passed] = [cpu(worker), (performance.now() - started) / 1000];
  if (sockets.some((socket) => socket.readyState !== WebSocket.OPEN)) throw new Error('a viewer was cut off');
  for (const socket of sockets) socket.close();
  return {
    rate: frames / passed / (viewers || 1),
    size: bytes / (frames || 1) / 1024,
    ...Object.fromEntries(Object.keys(after).map((name) => [name, (after[name] - before[name]) / passed])),
  };
}

function watch(address, onFrame) {
  const socket = new WebSocket(address.replace('http', 'ws'), { origin: new URL(address).origin });
  socket.on('message', (data, isBinary) => isBinary && onFrame(data));
  return new Promise((resolve, reject) => socket.on('open', () => resolve(socket)).on('error', reject));
}

// CPU time used so far, in seconds. The browser's processes are all those in the worker's process group except the worker itself.
function cpu(worker) {
  const stat = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  const used = (fields) => (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  const own = stat(worker);
  let browser = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== worker)) {
    try {
      const fields = stat(pid);
      if (fields[2] === own[2]) browser += used(fields);
    } catch { /* The process has ended. */ }
  }
  return { worker: used(own), browser, orchestrator: used(stat(own[1])) };
}

function row(size, viewers, figures) {
  const percent = (share) => (100 * share).toFixed(0);
  return (
    `| ${size} | ${viewers} | ${viewers ? figures.rate.toFixed(1) : '-'} | ${viewers ? figures.size.toFixed(0) : '-'} | ` +
    `${percent(figures.worker)} | ${percent(figures.browser)} | ${percent(figures.orchestrator)} |`
  );
}

function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}
