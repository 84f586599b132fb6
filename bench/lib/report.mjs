// Prints rows and writes bench/results: markdown for people, JSON for programs, charts for the README.
import { mkdirSync, writeFileSync } from 'node:fs';
import { barChart, goalChart } from './chart.mjs';
import { show } from './figures.mjs';

const FOLDER = new URL('../results/', import.meta.url);

// Compares the figures of a row with its goals. A figure is null if it could not be measured, because a peer is absent.
function judge({ row, figures }) {
  return row.goals.map((goal) => {
    const value = figures[goal.figure] ?? null;
    const met = value === null ? null : goal.atLeast ? value >= goal.limit : value <= goal.limit;
    return { ...goal, row: row.name, value, met };
  });
}

const verdict = { true: 'met', false: '**missed**', null: 'not measured' };
const limit = (goal) => `${goal.atLeast ? '≥' : '≤'} ${goal.limit}${goal.unit ? ` ${goal.unit}` : ''}`;
const table = (head, lines) =>
  [head, head.map((_, column) => (column ? '--:' : '---')), ...lines].map((cells) => `| ${cells.map(show).join(' | ')} |`).join('\n');

function markdownOfRow(result) {
  const goals = judge(result).map((goal) => [goal.text, limit(goal), goal.value, verdict[goal.met]]);
  return [
    `## ${result.row.name}`,
    `${result.row.what} Windows: ${result.windows}.`,
    ...(result.lines.length ? [table(result.head, result.lines)] : []),
    ...(goals.length ? [table(['goal', 'limit', 'measured', ''], goals)] : []),
    ...(result.notes.length ? [result.notes.map((note) => `- ${note}`).join('\n')] : []),
  ].join('\n\n');
}

export const printRow = (result) => console.log(`\n${markdownOfRow(result)}\n\n(${result.seconds.toFixed(0)} s)`);

// Only a whole run of full length replaces the published results. Other runs are written beside them, to files that git ignores.
export function writeReport(machine, results, { whole }) {
  mkdirSync(FOLDER, { recursive: true });
  const name = whole ? 'latest' : 'partial';
  const goals = results.flatMap(judge);
  const intro = [
    '# Results of `make bench`',
    Object.entries(machine).filter(([, value]) => value).map(([key, value]) => `${key}: ${value}`).join(' · '),
    'Each figure is the median of its windows; systems were measured in turns. bench/README.md says how.',
  ];
  const write = (file, text) => writeFileSync(new URL(file, FOLDER), text);
  write(`${name}.md`, `${[...intro, ...results.map(markdownOfRow)].join('\n\n')}\n`);
  const data = results.map(({ row, ...rest }) => ({ name: row.name, ...rest }));
  write(`${name}.json`, `${JSON.stringify({ machine, goals, rows: data }, null, 1)}\n`);
  const prefix = whole ? '' : 'partial-';
  write(`${prefix}goals.svg`, goalChart(goals.filter((goal) => goal.value !== null)));
  for (const { row, chart } of results) if (chart) write(`${prefix}${row.name}.svg`, barChart(chart));
  console.log(`\n${goals.filter((goal) => goal.met).length} of ${goals.length} goals are met. Written: bench/results/${name}.md`);
}
