import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { skip } from '../check.ts';
import type { TestContext } from '../suite.ts';
import { Child } from './child.ts';
import { tempFolder } from './folder.ts';

/** Where Debian and others put it; the first one has no window system to start. */
const programs = [
  '/usr/lib/chromium/chromium-headless-shell', '/usr/lib/chromium/chromium', '/usr/bin/chromium', '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const startMs = 20_000;

/** Starts a plain Chromium with a debugging port, and returns the address of that port. */
export async function startChromium(context: TestContext): Promise<URL> {
  const program = programs.find((path) => existsSync(path));
  if (program === undefined) skip('no Chromium to compare with is installed: apt-get install chromium-headless-shell');
  const folder = tempFolder(context);
  const args = ['--headless', '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank'];
  const child = Child.start(context, program, args);
  const listens = new Promise<string>((resolve) => {
    createInterface({ input: child.process.stderr }).on('line', (line) => {
      const port = /^DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1];
      if (port !== undefined) resolve(port);
    });
  });
  return new URL(`http://127.0.0.1:${await child.within(startMs, 'its debugging port', listens)}`);
}
