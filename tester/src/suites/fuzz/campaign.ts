import fc from 'fast-check';
import { check, fail, Failure } from '../../check.ts';
import { ServerLog, serverPidOrNone } from '../../os/server.ts';
import type { TestContext } from '../../suite.ts';
import { judge } from './judge.ts';
import { Target } from './target.ts';
import { say, type Case, type Heard } from './wire.ts';

/** The number of parallel lanes. Each lane is a separate sequence of cases with its own seed. */
const lanes = 8;
const shownBytes = 2_000;

export interface Family {
  name: string;
  cases(target: Target): fc.Arbitrary<Case>;
  /** Whether this status permits that a worker was called; no other status may reach a worker. Left out where a create may be cut off. */
  mayAskWorker?(status: number): boolean;
}

/** Generates cases until the time is over. A failed case is shrunk and reported with the options that reproduce it. */
export async function campaign(context: TestContext, family: Family, seconds: number): Promise<void> {
  const { options, pool } = context;
  const target = await Target.prepare(context);
  const pid = serverPidOrNone(context);
  const log = pid === undefined ? undefined : ServerLog.follow(pid);
  const restarts = await restartsOf(context);
  const tally = { cases: 0, statuses: new Map<string, number>(), asked: 0, slowestMs: 0 };
  const isReplay = options.replay !== undefined;
  const started = performance.now();
  await Promise.all(
    Array.from(
      { length: isReplay ? 1 : lanes },
      (_, lane) => runLane(context, family, target, options.seed + lane, seconds, (heard) => count(tally, heard, family)),
    ),
  );
  context.figure('cases', tally.cases, '');
  context.figure('in', (performance.now() - started) / 1_000, 's');
  for (const [status, number] of [...tally.statuses].sort()) context.figure(status, number, '');
  context.figure('slowest answer', tally.slowestMs, 'ms');

  await target.mustStand(context);
  if (await pool.isVisible())
    for (const worker of await pool.settled()) check(worker.restarts <= (restarts.get(worker.id) ?? 0), `worker ${worker.id} is a restart`);
  if (log && family.mayAskWorker) {
    const created = log.lines().filter((line) => / created on worker /.test(line)).length;
    check(created <= tally.asked, `${created} sessions were created on workers, and only ${tally.asked} of the answers were no refusals`);
  }
}

async function runLane(
  context: TestContext, family: Family, target: Target, seed: number, seconds: number, count: (heard: Heard) => void,
): Promise<void> {
  const { sessions, options } = context;
  let last: Promise<void> = Promise.resolve();
  const property = fc.asyncProperty(family.cases(target), (one) => (last = tryOne(context, target, one, count)));
  const outcome = await fc.check(property, {
    seed,
    // A replay sends the one case that was named. Making it smaller would send another one.
    ...(options.replay === undefined ? { numRuns: 1_000_000_000 } : { path: options.replay, numRuns: 1, endOnFailure: true }),
    interruptAfterTimeLimit: seconds * 1_000,
    markInterruptAsFailure: false,
  });
  // The case that was interrupted at the end of the time may still create a session.
  await last.catch(() => undefined);
  await sessions.release();
  if (!outcome.failed || outcome.counterexample === null) return;
  const [worst] = outcome.counterexample;
  const error = outcome.errorInstance;
  if (!(error instanceof Failure) && error instanceof Error) throw error;
  fail(
    `${error instanceof Error ? error.message : String(error)}\nsent: ${describe(worst)}\n` +
      `again: ${again(context, family, outcome.seed, outcome.counterexamplePath ?? '')}`,
  );
}

async function tryOne({ client, sessions }: TestContext, target: Target, one: Case, count: (heard: Heard) => void): Promise<void> {
  const heard = await say(client, one);
  count(heard);
  for (const reply of heard.replies) if (!target.isKept(reply)) sessions.remember(reply);
  await sessions.release();
  judge(one, heard);
}

function again({ client, options }: TestContext, family: Family, seed: number, path: string): string {
  const key = options.apiKey === undefined ? '' : ' --api-key KEY';
  return `tester/tester --url ${client.base.href}${key} --suite fuzz --grep '^${family.name}' --seed ${seed} --replay ${path}`;
}

/** All bytes as JavaScript string literals. */
function describe({ parts, frames }: Case): string {
  const text = [...parts, ...(frames ?? [])]
    .map((part) => JSON.stringify(part.toString('latin1')).replace(/[\x7f-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`))
    .join(' + ');
  return text.length <= shownBytes ? text : `${text.slice(0, shownBytes)}... (${text.length} characters)`;
}

function count(
  tally: { cases: number; statuses: Map<string, number>; asked: number; slowestMs: number }, heard: Heard, family: Family,
): void {
  tally.cases++;
  tally.slowestMs = Math.max(tally.slowestMs, heard.elapsedMs);
  if (heard.replies.length === 0) bump(tally.statuses, 'closed');
  for (const { status } of heard.replies) {
    bump(tally.statuses, String(status));
    if (family.mayAskWorker?.(status)) tally.asked++;
  }
}

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

async function restartsOf({ pool }: TestContext): Promise<Map<string, number>> {
  return new Map((await pool.isVisible()) ? (await pool.settled()).map(({ id, restarts }) => [id, restarts]) : []);
}
