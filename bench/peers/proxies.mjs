// Reverse proxies in front of one worker and of DevTools of one browser: what a user would put there instead of a node.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { System } from '../lib/system.mjs';
import { freePort } from './ports.mjs';

const UNUSED_PORT = 1;
const PROXIES = {
  nginx: {
    program: 'nginx', install: 'apt-get install nginx-light',
    settings: 'nginx.conf', command: (file) => ['nginx', ['-c', file]],
  },
  haproxy: {
    program: 'haproxy', install: 'apt-get install haproxy',
    settings: 'haproxy.cfg', command: (file) => ['haproxy', ['-db', '-f', file]],
  },
  yarp: { program: 'dotnet', install: 'the .NET SDK 10', command: () => [buildYarp(), []] },
};

// Starts those of the proxies that are installed, and tells the context about the others.
export async function startProxies(context, names, ports) {
  const started = [];
  for (const name of names) {
    if (has(PROXIES[name].program)) started.push(await start(context, name, ports));
    else context.absent(name, PROXIES[name].install);
  }
  return started;
}

async function start(context, name, { worker = UNUSED_PORT, devtools = UNUSED_PORT }) {
  const own = await freePort();
  const { settings, command } = PROXIES[name];
  const values = { FOLDER: context.dir, OWN_PORT: own, WORKER_PORT: worker, DEVTOOLS_PORT: devtools };
  const path = `${context.dir}/${own}-${settings}`;
  if (settings) {
    const text = readFileSync(new URL(settings, import.meta.url), 'utf8');
    writeFileSync(path, text.replace(/\b(FOLDER|OWN_PORT|WORKER_PORT|DEVTOOLS_PORT)\b/g, (key) => values[key]));
  }
  const env = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
  const proxy = await System.start(context, name, ...command(path), { env });
  proxy.url = `http://127.0.0.1:${own}`;
  await proxy.ready('listens', 30, () => accepts(own));
  return proxy;
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true))).on('error', () => resolve(false));
  });
}

function has(program) {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Quick when it is built already.
function buildYarp() {
  const args = ['publish', 'bench/yarp', '-c', 'Release', '-o', 'artifacts/bench', '-v', 'quiet', '--nologo'];
  execFileSync('dotnet', args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 });
  return 'artifacts/bench/yarp';
}
