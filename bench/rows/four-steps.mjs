// The four steps of public comparisons of browser clouds.
import { median, sum } from '../lib/figures.mjs';
import { browse } from '../peers/browse.mjs';
import { foreign, launch, nodeSystem, runServer } from '../peers/browsers.mjs';

export const needsBrowser = true;
export const name = 'four-steps';
export const what = 'Create, connect, goto, release, one session every 0.9 s: median of each step and of their sum.';
export const goals = [];

export async function run(context) {
  const session = { kind: 'steelyard-session', openPage: true };
  const nodes = context.builds.map((build) => ({ ...nodeSystem(context, build, session), label: build.name }));
  const systems = [launch(context), runServer(context), ...nodes, ...foreign(context)];
  const seen = await context.turns(systems.map((each) => [each.label, () => window(context, each)]), context.fewRounds);
  const steps = ['create', 'connect', 'goto', 'release', 'sum'];
  return {
    windows: context.describe(context.fewRounds),
    head: ['system', ...steps.map((step) => `${step} ms`)],
    lines: Object.entries(seen).map(([label, each]) => [label, ...steps.map((step) => each[step])]),
    figures: {},
    notes: ['Where launching and connecting are one step, it counts as create; a new page counts as connect, the close as release.'],
    chart: {
      title: 'Create, connect, goto and release of one session',
      unit: 'ms',
      bars: Object.entries(seen).map(([label, each]) => ({ label, value: each.sum, ours: label === 'steelyard' })),
    },
  };
}

async function window(context, system) {
  const { results } = await browse(context, system, { seconds: context.seconds, every: 0.9 });
  const sessions = results.map(fourSteps);
  return Object.fromEntries(Object.keys(sessions[0]).map((step) => [step, median(sessions.map((each) => each[step]))]));
}

function fourSteps({ create, connect, page, goto, close, release = 0 }) {
  const steps = { create: create ?? connect, connect: (create === undefined ? 0 : connect) + page, goto, release: close + release };
  return { ...steps, sum: sum(Object.values(steps)) };
}
