// What metrics and traces cost a get: nobody reads them, a Prometheus reads them each second, or they are sent to a collector.
import { createServer } from 'node:http';
import { pause } from '../lib/wait.mjs';
import { createSessions, load, warmUp } from '../peers/fleet.mjs';
import { startNode } from '../peers/steelyard.mjs';

// It would make a whole run longer than 45 minutes.
export const onlyByName = true;
export const name = 'telemetry';
export const what = 'Get of a session at 8 connections: nobody reads metrics, they are scraped each second, all is sent to a collector.';
export const goals = [];

const path = ({ session }) => `/sessions/${session}`;

export async function run(context) {
  const collector = createServer((request, reply) => request.resume().on('end', () => reply.end()));
  await new Promise((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.address().port}`, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' };
  let isOver = false;
  try {
    const fleet = [];
    for (const build of context.builds) fleet.push(await candidate(context, build, `${build.name}, off`));
    const scraped = await candidate(context, context.builds[0], 'scraped each second');
    fleet.push(scraped, await candidate(context, context.builds[0], 'sent to a collector', { env }));
    await createSessions(fleet);
    await fetch(`${scraped.url}/metrics`);
    await warmUp(context, fleet, path);
    const scraping = scrape(scraped, () => isOver);
    const seen = await context.turns(fleet.map((each) => [each.label, () => load(context, each, path, { connections: 8 })]));
    isOver = true;
    await scraping;
    return {
      windows: context.describe(),
      head: ['telemetry', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request'],
      lines: Object.entries(seen).map(([label, each]) => [label, each.rate, each.p50, each.p99, each.cpu]),
      figures: {},
    };
  } finally {
    isOver = true;
    collector.closeAllConnections();
    collector.close();
  }
}

async function candidate(context, build, label, options) {
  const node = await startNode(context, build, { worker: 'simulated', warm: 1, max: 4 }, options);
  return { label, system: node, ours: true, url: node.url, cpu: () => node.ownCpu() };
}

// A node whose turn it is not answers later: it is paused.
async function scrape({ url }, isOver) {
  while (!isOver()) {
    await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(900) }).then((reply) => reply.text()).catch(() => {});
    await pause(1);
  }
}
