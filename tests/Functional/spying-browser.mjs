// Runs the real browser and writes every message on its debugging pipe to $SPY_LOG, because only these calls show whether viewers share
// one screencast. While $SPY_LOG.refuse exists, the browser does not support screencasts. Usage: spying-browser.mjs BROWSER ARGUMENTS…
import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync, openSync, writeSync } from 'node:fs';

const log = openSync(process.env.SPY_LOG, 'a');
const [browser, ...args] = process.argv.slice(2);
const child = spawn(browser, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'] });
child.on('exit', (code) => process.exit(code ?? 1));

// Logs calls in full, but only the names of events, because frames are large.
relay(
  createReadStream(null, { fd: 3 }),
  child.stdio[3],
  (text) => text,
  (text) => (existsSync(`${process.env.SPY_LOG}.refuse`) ? text.replace('startScreencast', 'unknown') : text),
);
relay(child.stdio[4], createWriteStream(null, { fd: 4 }), (text) => text.match(/^\{"method":"[\w.]+"/)?.[0], (text) => text);

function relay(from, to, describe, change) {
  let rest = Buffer.alloc(0);
  from.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const text = rest.subarray(0, end).toString();
      const line = describe(text);
      if (line) writeSync(log, `${line}\n`);
      to.write(`${change(text)}\0`);
      rest = rest.subarray(end + 1);
    }
  });
  from.on('end', () => to.end());
  from.on('error', () => process.exit(1));
}
