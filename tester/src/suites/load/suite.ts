import { mustRegain } from '../../api/capacity.ts';
import { listSessions } from '../../api/listing.ts';
import { check, skip } from '../../check.ts';
import type { Options } from '../../args.ts';
import type { Suite, Test, TestContext } from '../../suite.ts';
import { poll } from '../../wait.ts';
import { runLoad } from './run.ts';
import type { Operation, Tally } from './tally.ts';

/** One run supplies all lines; the first line that runs, also under --grep, starts it. */
export function loadSuite({ cycles, concurrency }: Options): Suite {
  let run: Promise<Tally> | undefined;
  const tallyOf = (context: TestContext) => (run ??= runLoad(context));
  const line = (name: string, judge: (tally: Tally, context: TestContext) => void | Promise<void>): Test => ({
    name,
    deadlineMs: 3_600_000,
    run: async (context) => judge(await tallyOf(context), context),
  });
  return {
    name: 'load',
    title: 'LOAD SUITE',
    figuresOnScreen: true,
    tests: [
      line(`${cycles} cycles at concurrency ${concurrency}`, judgeCycles),
      ...(['create', 'get', 'delete'] as const).map((operation) =>
        line(`Every ${operation} answered`, (tally, context) => judgeAnswers(operation, tally, context)),
      ),
      line('No answer is 500', (tally) => check(tally.withStatus(500) === 0, `${tally.withStatus(500)} answers were 500`)),
      line('No foreign data', ({ foreign }) => none(foreign)),
      line('One live session per worker', judgeOwners),
      line('Nothing is left, and full capacity is back within 30 s', judgeEnd),
    ],
  };
}

function judgeCycles(tally: Tally, { figure, options }: TestContext): void {
  const seconds = tally.durationMs / 1_000;
  figure('completed', tally.completed, '');
  figure('fault-lost', tally.faultLost, '');
  figure('503 retried', tally.refusedFull, '');
  figure('in', seconds, 's');
  figure('throughput', tally.requests / seconds, 'requests/s');
  for (const [key, count] of [...tally.statuses].sort()) figure(key, count, '');
  none(tally.unexpected);
  check(tally.givenUp === 0, `${tally.givenUp} creates were refused 20 times each`);
  const accounted = tally.completed + tally.faultLost + tally.unanswered.length + tally.foreign.length;
  check(accounted >= options.cycles, `of ${options.cycles} cycles only ${accounted} are accounted for`);
  check(tally.completed > 0, 'not one cycle was completed');
}

function judgeAnswers(operation: Operation, tally: Tally, { figure }: TestContext): void {
  tally.latencies[operation].report(figure);
  none(tally.unanswered.filter((what) => what.startsWith(operation)));
  check(tally.latencies[operation].count > 0, `there was no ${operation} at all`);
}

function judgeOwners(tally: Tally, { figure }: TestContext): void {
  if (tally.samples === 0) skip('no GET /workers on this server, so nothing tells which worker has which session');
  figure('samples', tally.samples, '');
  none(tally.doubled);
}

async function judgeEnd(_tally: Tally, context: TestContext): Promise<void> {
  const { client, pool, figure } = context;
  await pool.need('so no GET /sessions either');
  const since = performance.now();
  const target = Math.max(1, await pool.usableAtStart());
  const left = async () => (await listSessions(client)).length;
  await poll(async () => ((await left()) === 0 ? true : undefined), { withinMs: 5_000 });
  check((await left()) === 0, `${await left()} sessions are left`);
  figure('full capacity after', await mustRegain(context, target, since), 'ms');
}

function none(findings: string[]): void {
  check(findings.length === 0, `${findings.length} times, first: ${findings[0]}`);
}
