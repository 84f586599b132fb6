// A program under measurement, with all the processes that it starts.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cpuOf, cpuOfTree, tree } from './proc.mjs';
import { until, within } from './wait.mjs';

const SUBREAPER = fileURLToPath(new URL('subreaper.pl', import.meta.url));
const running = new Set();
let count = 0;

export class System {
  #reaper;
  #exited;
  #log;

  // Starts a command. With ipc, it must be a Node program; `channel` is then the way to talk to it.
  static async start(context, name, command, args = [], { env = {}, ipc = false } = {}) {
    const system = new System();
    system.name = name;
    system.folder = `${context.dir}/${name.replace(/\W+/g, '-')}-${++count}`;
    mkdirSync(system.folder);
    system.#log = `${system.folder}.log`;
    const log = openSync(system.#log, 'w');
    system.#reaper = spawn('perl', [SUBREAPER, command, ...args], {
      stdio: ['ignore', log, log, ...(ipc ? ['ipc'] : [])],
      env: { ...process.env, TMPDIR: system.folder, ...env },
    });
    system.#exited = new Promise((resolve) => system.#reaper.once('exit', resolve).once('error', resolve));
    running.add(system);
    system.#exited.then(() => running.delete(system));
    system.channel = system.#reaper;
    closeSync(log);
    system.pid = await system.ready('starts', 5, () => tree(system.#reaper.pid)[1]?.pid);
    return system;
  }

  static stopAll() {
    return Promise.all([...running].map((system) => system.stop()));
  }

  get log() {
    return readFileSync(this.#log, 'utf8');
  }

  // Waits until a probe gives something; fails at once if the program ends before.
  async ready(what, seconds, probe, pause) {
    let over = false;
    this.#exited.then(() => (over = true));
    const check = async () => {
      if (over) throw new Error(`${this.name} has ended: ${this.log.slice(-500)}`);
      return probe();
    };
    return until(`${this.name}: ${what}`, seconds, check, pause);
  }

  // CPU time of the program's first process, in seconds.
  ownCpu() {
    return cpuOf(this.pid);
  }

  // CPU time of all of its processes, ended and orphaned ones included, in seconds.
  treeCpu() {
    return cpuOfTree(this.#reaper.pid);
  }

  processes() {
    return tree(this.#reaper.pid).slice(1);
  }

  // An idle system that is stopped cannot take CPU from the one whose turn it is. Its first process is stopped first and continued last, so
  // that it never sees a stopped worker.
  pause() {
    for (const { pid } of this.processes()) signal(pid, 'SIGSTOP');
  }

  resume() {
    for (const { pid } of this.processes().reverse()) signal(pid, 'SIGCONT');
  }

  async stop() {
    this.#reaper.kill('SIGTERM');
    await within(`${this.name} is stopped`, 20, this.#exited);
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
