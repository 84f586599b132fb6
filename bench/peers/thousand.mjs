// A node with a thousand idle simulated workers, or as many as this machine's limit on descriptors allows.
import { execFileSync } from 'node:child_process';
import { startNode } from './steelyard.mjs';

const WANTED = 1000;
const DESCRIPTORS_PER_WORKER = 4;
const OWN_DESCRIPTORS = 1000;

export function workerCount(context) {
  const descriptors = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' })) || Infinity;
  const count = Math.min(WANTED, Math.floor((descriptors - OWN_DESCRIPTORS) / DESCRIPTORS_PER_WORKER));
  if (count < WANTED) context.note(`Only ${count} workers: ulimit -n is ${descriptors}.`);
  return count;
}

// The goals are about a thousand workers: with fewer, none is met or missed.
export const judged = (count, figures) => (count === WANTED ? figures : {});

// Returns a node with that many warm workers, and the seconds until all were ready.
export async function startFull(context, build, count) {
  const started = performance.now();
  const node = await startNode(context, build, { worker: 'simulated', warm: count, max: Math.max(1, count) });
  return { node, seconds: (performance.now() - started) / 1000 };
}
