// A node of its own for a test, with real workers.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PROGRAM = join(import.meta.dirname, '../../artifacts/orchestrator/steelyard');
const BROWSERS = ['/usr/lib/chromium/chromium-headless-shell', '/usr/lib/chromium/chromium'];
export const BROWSER = BROWSERS.find(existsSync);

export async function start(...options) {
  const folder = mkdtempSync(join(tmpdir(), 'st-'));
  const child = spawn(PROGRAM, ['--port', '0', '--run-dir', folder, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stderr.on('data', (data) => { output += data; });
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => {
      output += data;
      const found = /listens on (\S+)/.exec(output);
      if (found) resolve(found[1]);
    });
    child.on('exit', () => reject(new Error(`the node did not start:\n${output}`)));
  });
  return {
    url,
    pid: child.pid,
    output: () => output,
    log: () => readFileSync(join(folder, 'dashboard.log'), 'utf8'),
    async call(path, options) {
      const reply = await fetch(url + path, options);
      if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
      return reply.status === 204 ? null : reply.json();
    },
    async create(query = '', headers = {}) {
      return (await this.call(`/sessions${query}`, { method: 'POST', headers })).id;
    },
    async stop() {
      const gone = new Promise((resolve) => { child.on('exit', resolve); });
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const launch = () => chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
