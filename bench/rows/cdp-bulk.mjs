// Large DevTools answers, such as screenshots are.
import { callAll, startDevtools } from '../peers/devtools.mjs';
import { over } from '../peers/fleet.mjs';

export const needsBrowser = true;
export const name = 'cdp-bulk';
export const what = 'DevTools answers of 1 MB, one after another: CPU of the proxying process for each MB.';
export const goals = [{ figure: 'cpu', text: "CPU for each MB over YARP's", limit: 0.5 }];

const MEGABYTE = 1e6;

export async function run(context) {
  const candidates = (await startDevtools(context, ['yarp'])).filter(({ label }) => label !== 'direct');
  const seen = await context.turns(candidates.map((each) => [each.label, () => window(context, each)]), context.fewRounds);
  return {
    windows: context.describe(context.fewRounds),
    head: ['path', 'MB/s', 'CPU ms/MB'],
    lines: Object.entries(seen).map(([label, { rate, cpu }]) => [label, rate, cpu]),
    figures: { cpu: over(seen.steelyard, seen.yarp, 'cpu') },
  };
}

async function window(context, candidate) {
  const { times, bytes, seconds } = await callAll(context, candidate, prepare);
  const megabytes = bytes / MEGABYTE;
  if (megabytes < times.length) throw new Error(`${candidate.label}: ${bytes} bytes in ${times.length} answers`);
  return { rate: megabytes / context.seconds, cpu: (seconds * 1000) / megabytes };
}

async function prepare(devtools) {
  const { targetInfos } = await devtools.ask('Target.getTargets');
  const { targetId } = targetInfos.find(({ type }) => type === 'page');
  const { sessionId } = await devtools.ask('Target.attachToTarget', { targetId, flatten: true });
  return () => devtools.call('Runtime.evaluate', { expression: `'x'.repeat(${MEGABYTE})`, returnByValue: true }, sessionId);
}
