// What one session costs in CPU, the launch of its browser included.
import { browse } from '../peers/browse.mjs';
import { launch, nodeSystem } from '../peers/browsers.mjs';

export const needsBrowser = true;
export const name = 'session-cpu';
export const what = 'CPU of all processes for each session, one after another: connect, new page (or the open one), a local page, title.';
export const goals = [{ figure: 'cpu', text: 'new page, over chromium.launch()', limit: 0.9 }];

export async function run(context) {
  const systems = [launch(context)];
  for (const build of context.builds) systems.push(nodeSystem(context, build), nodeSystem(context, build, { openPage: true }));
  const seen = await context.turns(systems.map((each) => [each.label, () => window(context, each)]));
  return {
    windows: context.describe(),
    head: ['system', 'CPU s/session', 'with the client'],
    lines: Object.entries(seen).map(([label, { cpu, cpuWithClient }]) => [label, cpu, cpuWithClient]),
    figures: { cpu: seen.steelyard.cpu / seen['chromium.launch()'].cpu },
    notes: ["The goal leaves the client's own CPU out, although chromium.launch() does work in it that others do in the system."],
    chart: {
      title: 'CPU of all processes for one session',
      unit: 's',
      bars: Object.entries(seen).map(([label, { cpu }]) => ({ label, value: cpu, ours: label.startsWith('steelyard') })),
    },
  };
}

async function window(context, system) {
  const { cpu, cpuWithClient } = await browse(context, system, { seconds: context.seconds });
  return { cpu, cpuWithClient };
}
