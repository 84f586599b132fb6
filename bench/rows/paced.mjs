// Sessions one at a time, with time between them: what one user of a node with enough room sees.
import { median, sum } from '../lib/figures.mjs';
import { browse } from '../peers/browse.mjs';
import { nodeSystem, runServer } from '../peers/browsers.mjs';

export const needsBrowser = true;
export const name = 'paced';
export const what = 'Playwright sessions, one every 0.9 s: connect, new page (or the page that is open), a local page, its title.';
export const goals = [
  { figure: 'newPage', text: 'new page, sum over run-server', limit: 0.45 },
  { figure: 'openPage', text: 'open page, sum over run-server', limit: 0.35 },
];

const STEPS = ['connect', 'page', 'goto', 'title'];

export async function run(context) {
  const systems = [runServer(context)];
  for (const build of context.builds) systems.push(nodeSystem(context, build), nodeSystem(context, build, { openPage: true }));
  const seen = await context.turns(systems.map((each) => [each.label, () => window(context, each)]));
  const ratio = (label) => seen[label].sum / seen['run-server'].sum;
  return {
    windows: context.describe(),
    head: ['system', ...STEPS.map((step) => `${step} ms`), 'sum ms'],
    lines: Object.entries(seen).map(([label, each]) => [label, ...STEPS.map((step) => each[step]), each.sum]),
    figures: { newPage: ratio('steelyard'), openPage: ratio('steelyard, open page') },
    chart: {
      title: 'A session of Playwright from connect to title',
      unit: 'ms',
      bars: Object.entries(seen).map(([label, each]) => ({ label, value: each.sum, ours: label.startsWith('steelyard') })),
    },
  };
}

async function window(context, system) {
  const { results } = await browse(context, system, { seconds: context.seconds, every: 0.9 });
  const steps = Object.fromEntries(STEPS.map((step) => [step, median(results.map((each) => each[step]))]));
  return { ...steps, sum: median(results.map((each) => sum(STEPS.map((step) => each[step])))) };
}
