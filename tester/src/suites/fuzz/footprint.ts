import { check } from '../../check.ts';
import { descriptorsOf, residentBytes } from '../../os/processes.ts';
import { threadsOf } from '../../os/server.ts';
import type { TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';

const mebibyte = 1_048_576;
/** The tolerance: pools of workers, connections and threads, and the heap, may vary slightly at any time. */
const allowed = { share: 0.05, descriptors: 16, threads: 8, bytes: 24 * mebibyte };
const backWithinMs = 60_000;

/** The resources of a process. */
export interface Footprint {
  bytes: number;
  descriptors: number;
  threads: number;
}

export function footprintOf(pid: number): Footprint {
  return { bytes: residentBytes(pid), descriptors: descriptorsOf(pid), threads: threadsOf(pid) };
}

export function show(footprint: Footprint, when: string, figure: TestContext['figure']): void {
  figure(`memory ${when}`, footprint.bytes / mebibyte, 'MiB');
  figure(`descriptors ${when}`, footprint.descriptors, '');
  figure(`threads ${when}`, footprint.threads, '');
}

/** Waits until the process holds no more than before, within 5 % plus a small constant. */
export async function mustBeBack(pid: number, before: Footprint, figure: TestContext['figure']): Promise<void> {
  const since = performance.now();
  const isBack = (now: Footprint) => (['bytes', 'descriptors', 'threads'] as const).every((name) =>
    now[name] <= before[name] * (1 + allowed.share) + allowed[name]);
  let after = footprintOf(pid);
  const back = await poll(async () => (isBack((after = footprintOf(pid))) ? true : undefined), { withinMs: backWithinMs, everyMs: 250 });
  show(before, 'before', figure);
  show(after, 'after', figure);
  figure('back within', (performance.now() - since) / 1_000, 's');
  check(back, `the server does not give back what it took within ${backWithinMs / 1_000} s`);
}
