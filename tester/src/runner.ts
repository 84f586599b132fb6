import { stripVTControlCharacters } from 'node:util';
import type { Options } from './args.ts';
import { Pool } from './api/pool.ts';
import { Sessions } from './api/sessions.ts';
import { Failure, Skipped } from './check.ts';
import { formatDuration } from './duration.ts';
import type { HttpClient } from './http/client.ts';
import type { Status, Suite, Test, TestResult } from './suite.ts';

export interface Listener {
  suiteStarts(suite: Suite): void;
  testEnded(result: TestResult, suite: Suite): void;
}

/** Keeps the tests whose names match, and drops suites that become empty. */
export function filterSuites(suites: Suite[], grep: RegExp | undefined): Suite[] {
  if (!grep) return suites;
  return suites
    .map((suite) => ({ ...suite, tests: suite.tests.filter((test) => grep.test(test.name)) }))
    .filter((suite) => suite.tests.length > 0);
}

/** Runs one test after the other. An abort fails the running test, cleans up after it and starts no further test. */
export async function runSuites(
  suites: Suite[],
  options: Options,
  client: HttpClient,
  listener: Listener,
  abort: AbortSignal,
): Promise<TestResult[]> {
  const pool = new Pool(client);
  if (await pool.isVisible()) await pool.usableAtStart();
  const results: TestResult[] = [];
  for (const suite of suites) {
    listener.suiteStarts(suite);
    for (const test of suite.tests) {
      if (abort.aborted) return results;
      const result = await runTest(suite, test, options, client, pool, abort);
      results.push(result);
      listener.testEnded(result, suite);
    }
  }
  return results;
}

async function runTest(
  suite: Suite,
  test: Test,
  options: Options,
  client: HttpClient,
  pool: Pool,
  abort: AbortSignal,
): Promise<TestResult> {
  const sessions = new Sessions(client);
  const cleanups: (() => unknown)[] = [];
  const result: TestResult = { suite: suite.name, name: test.name, status: 'passed', durationMs: 0, figures: {} };
  const context = {
    options,
    client,
    sessions,
    pool,
    figure: (name: string, value: number, unit: string) => (result.figures[name] = { value: round(value), unit }),
    note: (line: string) => (result.notes ??= []).push(line),
    onCleanup: (action: () => unknown) => cleanups.unshift(action),
  };
  const started = performance.now();
  const limit = limitOf(test.deadlineMs ?? 120_000 + options.ttlMs, abort);
  try {
    await Promise.race([test.run(context), limit.reached]);
  } catch (error) {
    result.status = error instanceof Skipped ? 'skipped' : 'failed';
    result.reason = explain(error);
  } finally {
    limit.clear();
    result.durationMs = round(performance.now() - started);
    for (const cleanup of cleanups) await Promise.resolve().then(cleanup).catch(() => undefined);
    await sessions.end();
  }
  return result;
}

function limitOf(deadlineMs: number, abort: AbortSignal) {
  let clear = () => {};
  const reached = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Failure(`the test did not finish within ${formatDuration(deadlineMs)}`)),
      deadlineMs,
    );
    const interrupt = () => reject(new Failure('interrupted'));
    abort.addEventListener('abort', interrupt);
    clear = () => {
      clearTimeout(timer);
      abort.removeEventListener('abort', interrupt);
    };
  });
  return { reached, clear };
}

/** Failures and lost responses need only their message. Any other error is a defect of the tester and shows its stack. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof Failure || error instanceof Skipped || error.name === 'Error' || !error.stack) {
    // Client libraries color their messages.
    return stripVTControlCharacters(error.message).trimEnd();
  }
  return error.stack.split('\n').slice(0, 3).join('\n');
}

function round(value: number): number {
  return Number(value.toFixed(3));
}

export function count(results: TestResult[], status: Status): number {
  return results.filter((result) => result.status === status).length;
}
