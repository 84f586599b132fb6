// Runs mixed real sessions for a long time, with the recorder, a scraped /metrics and an open dashboard, and shows that memory,
// descriptors, threads, processes and disk stay flat. Usage: node tests/soak.mjs MINUTES [OPTIONS of steelyard …]
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { chromium } = createRequire(new URL('../tester/package.json', import.meta.url))('playwright-core');
const [minutes, ...options] = process.argv.slice(2);
if (!(Number(minutes) > 0)) throw new Error('Usage: node tests/soak.mjs MINUTES [OPTIONS of steelyard …]');
const BROWSER = '/usr/lib/chromium/chromium-headless-shell';
const RECORD_SPACE = 32 << 20; // Small, so that the bound is reached.
const WARM_UP = 0.2; // Pools and caches fill: this share of the time is not compared.
const USERS = 3;
const MOST_PAUSE_SECONDS = 6; // Of a user after a session.
const folder = mkdtempSync(join(tmpdir(), 'steelyard-soak-'));
const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
const counts = {};
let isOver = false;

const site = await serveSite();
const node = spawn('artifacts/orchestrator/steelyard', [
  '--port', '0', '--run-dir', join(folder, 'run'), '--data-dir', join(folder, 'data'), '--worker', 'chromium', '--warm', '2',
  '--max-workers', '8', '--record', 'frames', '--record-space', String(RECORD_SPACE), '--session-ttl', '10s', '--egress', 'allow:127.0.0.1',
  ...options,
]);
let log = '';
for (const stream of [node.stdout, node.stderr]) stream.on('data', (text) => { log = (log + text).slice(-1e6); });
const died = new Promise((done) => node.once('exit', () => done(true)));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { isOver = true; });
while (!/listens on/.test(log)) {
  if (node.exitCode !== null) throw new Error(`the node did not start: ${log}`);
  await pause(0.1);
}
const url = /listens on (\S+)/.exec(log)[1];
const viewer = await chromium.launch({
  executablePath: BROWSER, args: ['--no-sandbox'], handleSIGINT: false, handleSIGTERM: false, // The verdict comes also then.
});
await (await viewer.newPage()).goto(`${url}/dashboard/`);

const users = [...Array.from({ length: USERS }, repeat(use)), repeat(scrape)(), repeat(follow)()];
const samples = [];
const end = Date.now() + 60_000 * Number(minutes);
const every = Math.max(5, (60 * Number(minutes)) / 60);
console.log('minute  node MB  descriptors  threads  processes  dashboard MB  recordings MB  run MB  sessions');
while (!isOver && Date.now() < end && !(await Promise.race([died, pause(every)]))) {
  samples.push(sample());
  console.log(Object.values(samples.at(-1)).map((value) => String(value).padStart(7)).join('   '));
}

isOver = true;
await Promise.all(users);
await viewer.close();
const problems = judge();
node.kill('SIGTERM');
await died;
site.close();
rmSync(folder, { recursive: true, force: true });
console.log(`what was done: ${JSON.stringify(counts)}`);
for (const problem of problems) console.log(`✗ ${problem}`);
console.log(`${problems.length ? 0 : 1} passed, ${problems.length ? 1 : 0} failed`);
process.exit(problems.length ? 1 : 0);

// An activity that fails is counted, and begins anew.
function repeat(what) {
  return async () => {
    while (!isOver) {
      try {
        await what();
      } catch (error) {
        const name = `failed: ${String(error.message).split('\n')[0].slice(0, 80)}`;
        counts[name] = (counts[name] ?? 0) + 1;
        await pause(1);
      }
    }
  };
}

// A session that works, throws, waits in a dialog, is killed, is left to expire, or ends with its client.
async function use() {
  const kind = ['/', '/error', '/dialog', '/kill', '/leave', '/', '/large'][Math.floor(Math.random() * 7)];
  counts[kind] = (counts[kind] ?? 0) + 1;
  const reply = await fetch(`${url}/sessions`, { method: 'POST', signal: AbortSignal.timeout(60_000) });
  if (!reply.ok) throw new Error(`create: ${reply.status}`);
  const { id } = await reply.json();
  const browser = await chromium.connectOverCDP(`${url.replace('http', 'ws')}/sessions/${id}/cdp`, { timeout: 30_000 });
  try {
    const page = browser.contexts()[0].pages()[0];
    if (kind === '/dialog') page.on('dialog', () => {});
    for (let i = 0; i < 3; i++) await page.goto(site.url + kind, { timeout: 10_000 }).catch((e) => { if (kind !== '/dialog') throw e; });
    if (kind === '/kill') {
      const { workers } = await (await fetch(`${url}/workers`)).json();
      process.kill(workers.find((each) => each.session_id === id).pid, 'SIGKILL');
    }
  } finally {
    await browser.close();
    if (!['/kill', '/leave'].includes(kind)) await fetch(`${url}/sessions/${id}`, { method: 'DELETE' });
  }
  await pause(Math.random() * MOST_PAUSE_SECONDS);
}

async function scrape() {
  await (await fetch(`${url}/metrics`)).text();
  await pause(5);
}

// A reader of the node's events that comes and goes.
async function follow() {
  const over = AbortSignal.timeout(20_000);
  const reply = await fetch(`${url}/events`, { headers: { accept: 'text/event-stream' }, signal: over });
  try {
    for await (const part of reply.body) counts.bytesOfEvents = (counts.bytesOfEvents ?? 0) + part.length;
  } catch (error) {
    if (!over.aborted) throw error;
  }
}

function sample() {
  const dashboard = children(node.pid).find((pid) => read(`/proc/${pid}/cmdline`).includes('steelyard-dashboard'));
  return {
    minute: Math.round((samples.length + 1) * every / 6) / 10,
    memory: ownMemory(node.pid),
    descriptors: readdirSync(`/proc/${node.pid}/fd`).filter((fd) => !link(`/proc/${node.pid}/fd/${fd}`).endsWith('.dll')).length,
    threads: Number(/^Threads:\s+(\d+)/m.exec(read(`/proc/${node.pid}/status`))[1]),
    processes: children(node.pid).length,
    dashboard: dashboard ? ownMemory(dashboard) : 0,
    recordings: sizeOf(join(folder, 'data/recordings')),
    run: sizeOf(join(folder, 'run')),
    sessions: Object.entries(counts).reduce((sum, [name, count]) => sum + (name.startsWith('/') ? count : 0), 0),
  };
}

// Each figure's median of the last part, against that of the first part after the warm-up.
function judge() {
  const failures = Object.entries(counts).filter(([name]) => name.startsWith('failed')).reduce((sum, [, count]) => sum + count, 0);
  const sessions = samples.at(-1)?.sessions ?? 0;
  if (sessions < 5 * Number(minutes) || failures > sessions / 20) return [`too few worked: ${sessions} sessions, ${failures} failures`];
  if (node.exitCode !== null || node.signalCode !== null) return [`the node has ended: ${log.slice(-2000)}`];
  const rest = samples.slice(Math.floor(samples.length * WARM_UP));
  const part = Math.ceil(rest.length / 4);
  const of = (list, name) => list.map((each) => each[name]).sort((a, b) => a - b)[list.length >> 1];
  const slack = { memory: 24, descriptors: 24, threads: 8, processes: 24, dashboard: 40 };
  const problems = Object.entries(slack).flatMap(([name, more]) => {
    const [first, last] = [of(rest.slice(0, part), name), of(rest.slice(-part), name)];
    return last > first * 1.1 + more ? [`${name} grew from ${first} to ${last}`] : [];
  });
  const most = Math.max(...samples.map((each) => each.recordings));
  // What has arrived since the last look of a minute comes on top.
  if (most > 1.5 * RECORD_SPACE / 1e6) problems.push(`recordings take ${most} MB`);
  const errors = log.split('\n').filter((line) => / (fail|crit): /.test(line));
  if (errors.length) problems.push(`the log has errors, such as: ${errors[0]}`);
  return problems;
}

function children(parent) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
    .filter((pid) => read(`/proc/${pid}/stat`).split(') ').at(-1).split(' ')[1] === String(parent));
}

function ownMemory(pid) {
  const status = read(`/proc/${pid}/status`);
  const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return Math.round((kilobytes('RssAnon') + kilobytes('RssShmem')) / 1000);
}

function sizeOf(path) {
  let size = 0;
  const add = (entry) => {
    try {
      const stat = statSync(entry, { throwIfNoEntry: false });
      if (stat?.isDirectory()) for (const name of readdirSync(entry)) add(join(entry, name));
      else if (stat?.isFile()) size += stat.size;
    } catch (error) {
      if (!['ENOENT', 'EACCES', 'ELOOP'].includes(error.code)) throw error; // Files come and go.
    }
  };
  add(path);
  return Math.round(size / 1e5) / 10;
}

function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // The process has ended.
  }
}

function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

async function serveSite() {
  const pages = {
    '/error': '<title>E</title><script>setTimeout(() => { throw new Error("no price") }, 20)</script>',
    '/dialog': '<title>D</title><script>setTimeout(() => alert("stay"), 20)</script>',
    '/large': `<title>L</title>${Array.from({ length: 30 }, (_, i) => `<img src="/${i}.png">`).join('')}<p>${'text '.repeat(50_000)}`,
  };
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(pages[request.url] ?? '<title>Fine</title><h1>Fine</h1>');
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}
