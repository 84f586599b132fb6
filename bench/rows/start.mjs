// How soon a node answers after its start, and how its first sessions compare with later ones.
import { createAtOnce } from '../lib/at-once.mjs';
import { median } from '../lib/figures.mjs';
import { until } from '../lib/wait.mjs';
import { freePort } from '../peers/ports.mjs';
import { isOk, launchNode, settle, startNode } from '../peers/steelyard.mjs';

export const name = 'start';
export const what = 'Start of a node to its first answer, and the first burst of 16 creates (simulated workers, 16 warm) over later ones.';
export const goals = [
  { figure: 'answer', text: 'start to the first answer', limit: 0.3, unit: 's' },
  { figure: 'first', text: 'first burst over later ones', limit: 1.5 },
];

const SIZE = 16;
const LATER_BURSTS = 10;

export async function run(context) {
  const rounds = 2 * context.rounds; // They are short.
  const measure = async (build) => ({ answer: await firstAnswer(context, build), ...await bursts(context, build) });
  const windows = context.builds.map((build) => [build.name, () => measure(build)]);
  const seen = await context.turns(windows, rounds);
  return {
    windows: `${rounds} starts`,
    head: ['system', 'first answer s', 'first burst ms', 'later burst ms', 'ratio'],
    lines: Object.entries(seen).map(([label, { answer, first, later, ratio }]) => [label, answer, first, later, ratio]),
    figures: { answer: seen.steelyard.answer, first: seen.steelyard.ratio },
    notes: ['The start includes a few milliseconds of the subreaper that starts the node.', 'A burst takes as long as its slowest create.'],
  };
}

async function firstAnswer(context, build) {
  const port = await freePort();
  const started = performance.now();
  const node = await launchNode(context, build, { worker: 'simulated', port, warm: 4, max: 64 });
  await until('the first answer', 30, () => isOk(`http://127.0.0.1:${port}/health`), 0.002);
  const seconds = (performance.now() - started) / 1000;
  await node.stop();
  return seconds;
}

async function bursts(context, build) {
  const node = await startNode(context, build, { worker: 'simulated', warm: SIZE, max: 64 });
  const times = [];
  for (let i = 0; i <= LATER_BURSTS; i++) {
    const { times: each, release } = await createAtOnce(node.url, SIZE);
    times.push(1000 * Math.max(...each));
    await release();
    await settle(node, SIZE);
  }
  await node.stop();
  const [first, ...others] = times;
  const later = median(others);
  return { first, later, ratio: first / later };
}
