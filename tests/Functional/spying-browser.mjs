// The real browser, with every message on its debugging pipe written to $SPY_LOG: which calls are made is all that shows whether viewers share
// one screencast. Usage: spying-browser.mjs BROWSER ARGUMENTS…
import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, openSync, writeSync } from 'node:fs';

const log = openSync(process.env.SPY_LOG, 'a');
const [browser, ...args] = process.argv.slice(2);
const child = spawn(browser, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'] });
child.on('exit', (code) => process.exit(code ?? 1));

// Calls as they are; of events only their names, since frames are large.
relay(createReadStream(null, { fd: 3 }), child.stdio[3], (text) => text);
relay(child.stdio[4], createWriteStream(null, { fd: 4 }), (text) => text.match(/^\{"method":"[\w.]+"/)?.[0]);

function relay(from, to, describe) {
  let rest = Buffer.alloc(0);
  from.on('data', (bytes) => {
    to.write(bytes);
    rest = Buffer.concat([rest, bytes]);
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const line = describe(rest.subarray(0, end).toString());
      if (line) writeSync(log, `${line}\n`);
      rest = rest.subarray(end + 1);
    }
  });
  from.on('end', () => to.end());
  from.on('error', () => process.exit(1));
}
