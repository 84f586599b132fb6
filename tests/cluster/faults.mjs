// Makes faults on three real nodes with a real table, under a steady load of creates and deletes, and prints a Markdown table of what was
// measured. Usage: node tests/cluster/faults.mjs [--table redis|postgres|both] [--only NAME,NAME] [--grace 20s] [--program PATH]
// --from PATH is an older program, from which the rolling upgrades start.
// CYCLES and BROWSER_SECONDS in the environment change how long two rows take.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inSeconds } from './api.mjs';
import { cleanUp } from './cleanup.mjs';
import { rowsOfLostNodes } from './lost-nodes.mjs';
import { rowsOfQueue } from './queue.mjs';
import { whyNot } from './tables.mjs';
import { rowsOfUpkeep } from './upkeep.mjs';
import { rowsOfUse } from './use.mjs';

const rows = { ...rowsOfLostNodes, ...rowsOfQueue, ...rowsOfUpkeep, ...rowsOfUse };
const { values } = parseArgs({ options: {
  table: { type: 'string', default: 'both' },
  only: { type: 'string', multiple: true, default: [] },
  grace: { type: 'string', default: '20s' },
  program: { type: 'string', default: 'artifacts/orchestrator/steelyard' },
  from: { type: 'string' },
} });
const only = values.only.flatMap((names) => names.split(','));
const kinds = values.table === 'both' ? ['redis', 'postgres'] : [values.table];
const unknown = [...only.filter((name) => !rows[name]), ...kinds.filter((kind) => !['redis', 'postgres'].includes(kind))];
if (unknown.length || !/^\d+s$/.test(values.grace) || !existsSync(values.program) || !existsSync(values.from ?? values.program)) {
  console.error(`Usage: node tests/cluster/faults.mjs [--table redis|postgres|both] [--only NAME,NAME] [--grace 20s]
  [--program PATH] [--from PATH]
NAMEs: ${Object.keys(rows).join(' ')}`);
  process.exit(2);
}

let [faults, violations, skipped] = [0, 0, 0];
const remarks = [];
const heads = [
  'table', 'fault', 'noticed after', '404 is final after', 'creates made, refused with 503, failed', 'sessions lost beyond its own',
  'double assignments', 'whole again after', '',
];
console.log(`| ${heads.join(' | ')} |\n|${'---|'.repeat(heads.length)}`);
for (const kind of kinds) {
  const missing = whyNot(kind);
  for (const [name, [fault, measure]] of Object.entries(rows)) {
    if (only.length && !only.includes(name)) continue;
    const stage = { kind, grace: values.grace, program: values.program, from: values.from ?? values.program };
    const row = missing ? { skipped: missing } : await tryTo(() => measure(stage));
    print(kind, name, fault, row);
  }
}

await cleanUp();
for (const each of remarks) console.log(each);
console.log(`${faults} faults, ${violations} violations${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(violations ? 1 : 0);

async function tryTo(measure, tries = 3) {
  try {
    return await measure();
  } catch (error) {
    if (error.message === 'stopped') await new Promise(() => {}); // What was begun is being undone.
    if (error.isStart && tries > 1) return tryTo(measure, tries - 1); // The machine was too slow: no fault was made yet.
    return { made: null, lost: [], doubles: [], ...error.found, problems: [`not measured to its end: ${error.message}`] };
  }
}

function print(kind, name, fault, row) {
  const cells = [kind, fault];
  if (row.skipped) {
    skipped++;
    cells.push('–', '–', '–', '–', '–', '–', `skipped: ${row.skipped}`);
  } else {
    faults++;
    const problems = row.problems ?? [];
    violations += row.lost.length + row.doubles.length + problems.length;
    cells.push(
      inSeconds(row.noticed), inSeconds(row.final), row.made === null ? '–' : `${row.made}, ${row.unavailable}, ${row.failed}`,
      row.lost.length, row.doubles.length, inSeconds(row.whole), [row.note, ...problems].filter(Boolean).join('; '));
    const wrong = [...row.lost.map((id) => `lost: ${id}`), ...row.doubles, ...problems].slice(0, 10);
    remark(...wrong.map((what) => `✗ ${name} (${kind}): ${what}`));
    if (row.failed) remark(`  ${name} (${kind}): what failed: ${JSON.stringify(row.failures)}`);
  }
  console.log(`| ${cells.join(' | ')} |`);
}

// At once for who waits, and again below the table.
function remark(...lines) {
  remarks.push(...lines);
  for (const line of lines) console.error(line);
}
