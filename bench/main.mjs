// Runs the rows, one after another, and writes what they have measured. bench/run starts it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { Context } from './lib/context.mjs';
import { describeMachine } from './lib/machine.mjs';
import { printRow, writeReport } from './lib/report.mjs';
import { System } from './lib/system.mjs';
import { within } from './lib/wait.mjs';
import { hasRedis } from './peers/redis.mjs';
import { rows } from './rows/index.mjs';

const ROW_MINUTES = 20;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean' },
    window: { type: 'string', default: '10s' },
    rounds: { type: 'string', default: '5' },
  },
});
if (values.list) {
  for (const { name, what } of rows) console.log(`${name.padEnd(20)} ${what}`);
  process.exit(0);
}

// Everything that systems write goes to memory where there is some, so that a slow disk is not what is measured.
const dir = mkdtempSync(`${existsSync('/dev/shm') ? '/dev/shm' : tmpdir()}/bench-`);
process.on('exit', () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(1, `stopped by ${signal}`));
let ending = false;

try {
  const usual = rows.filter((each) => !each.onlyByName);
  const chosen = positionals.length ? positionals.map(find) : usual;
  const seconds = parseFloat(values.window);
  const context = new Context({ dir, seconds, rounds: Number(values.rounds), base: process.env.BASE });
  const results = [];
  for (const row of chosen) {
    results.push(await measure(row, context));
    printRow(results.at(-1));
  }
  writeReport(describeMachine(context), results, { whole: chosen.length === usual.length && !context.isShort });
  await end(0);
} catch (error) {
  await end(1, error.stack);
}

async function measure(row, context) {
  Object.assign(context, { notes: [], measured: [] });
  const started = performance.now();
  const missing = absentFor(row, context);
  const outcome = missing ? skip(context, missing) : await within(`row ${row.name}`, 60 * ROW_MINUTES, row.run(context));
  await System.stopAll();
  const { notes, measured } = context;
  return { row, ...outcome, measured, notes: [...notes, ...(outcome.notes ?? [])], seconds: (performance.now() - started) / 1000 };
}

function absentFor(row, context) {
  if (row.needsBrowser && !context.browser) return ['a browser', 'apt-get install chromium-headless-shell'];
  if (row.needsRedis && !hasRedis()) return ['redis', 'apt-get install redis-server'];
  return null;
}

function skip(context, missing) {
  context.absent(...missing);
  return { windows: 'none', head: [], lines: [], figures: {} };
}

function find(name) {
  const row = rows.find((each) => each.name === name);
  if (!row) throw new Error(`There is no row ${name}; bench/run --list shows them.`);
  return row;
}

// Only the first reason counts: the row that runs fails too when its systems are stopped.
async function end(status, why) {
  if (ending) return;
  ending = true;
  if (why) console.error(`make bench: ${why}`);
  await System.stopAll();
  process.exit(status);
}
