// Processes of this test: started, killed, and found again by the folder that only they know.
import { spawn } from 'node:child_process';
import { openSync, closeSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { throwIfStopped } from './cleanup.mjs';

export function start(program, args, { log, env } = {}) {
  throwIfStopped();
  const out = log ? openSync(log, 'a') : 'ignore';
  const child = spawn(program, args, { stdio: ['ignore', out, out], env: { ...process.env, ...env } });
  if (log) closeSync(out);
  child.ended = new Promise((done) => {
    child.once('error', (error) => { child.failure = error; done(); });
    child.once('exit', done);
  });
  return child;
}

export const isAlive = (child) => child.failure === undefined && child.exitCode === null && child.signalCode === null;

export async function kill(child) {
  if (!isAlive(child)) return;
  child.kill('SIGKILL');
  await child.ended;
}

export const childrenOf = (parent) => pids().filter((pid) => read(`/proc/${pid}/stat`).split(') ').at(-1).split(' ')[1] === String(parent));

// Workers outlive their node. All of them run in its folder, or name it.
export function killAllOf(folder) {
  for (const pid of pids().filter((each) => belongsTo(each, folder))) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch { /* It has ended. */ }
  }
}

function belongsTo(pid, folder) {
  if (pid === process.pid) return false;
  return ['cmdline', 'environ'].some((file) => read(`/proc/${pid}/${file}`).includes(folder))
    || link(`/proc/${pid}/cwd`).startsWith(folder);
}

const pids = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);

function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
