import { writeFileSync } from 'node:fs';
import { parseOptions, UsageError, type Options } from './args.ts';
import { help } from './help.ts';
import { HttpClient } from './http/client.ts';
import { checkReachable, Unreachable } from './preflight.ts';
import { ConsoleReport } from './report/console.ts';
import { toJson, type RunInfo } from './report/json.ts';
import { toJunit } from './report/junit.ts';
import { count, filterSuites, runSuites } from './runner.ts';
import type { TestResult } from './suite.ts';
import { makeSuites } from './suites/index.ts';

export interface Streams {
  out(text: string): void;
  err(text: string): void;
  colour: boolean;
}

export const exit = { passed: 0, failed: 1, cannotRun: 2, interrupted: 130 } as const;

/** The whole program except for process globals; returns the exit status. */
export async function runTester(argv: string[], streams: Streams, abort: AbortSignal): Promise<number> {
  const refuse = (message: string) => {
    streams.err(`tester: ${message}\n`);
    return exit.cannotRun;
  };
  try {
    const options = parseOptions(argv);
    if (options === 'help') {
      streams.out(help);
      return exit.passed;
    }
    return await testServer(options, streams, abort, refuse);
  } catch (error) {
    if (error instanceof UsageError) return refuse(`${error.message}\nTry tester/tester --help`);
    if (error instanceof Unreachable) return refuse(error.message);
    throw error;
  }
}

async function testServer(
  options: Options,
  streams: Streams,
  abort: AbortSignal,
  refuse: (message: string) => number,
): Promise<number> {
  const suites = filterSuites(makeSuites(options), options.grep);
  if (suites.length === 0) return refuse(`no test of ${options.suites.join(', ')} matches --grep ${options.grep?.source}`);
  const client = new HttpClient(options.url, options.apiKey);
  try {
    await checkReachable(client);
    const startedAt = new Date();
    const started = performance.now();
    const report = new ConsoleReport({ write: streams.out, colour: streams.colour });
    const results = await runSuites(suites, options, client, report, abort);
    const run = { url: options.url.href, seed: options.seed, startedAt, durationMs: performance.now() - started };
    report.end(results);
    writeFiles(options, run, results);
    if (abort.aborted) return exit.interrupted;
    if (count(results, 'failed') > 0) return exit.failed;
    return count(results, 'passed') > 0 ? exit.passed : refuse('every test was skipped, so nothing was shown');
  } finally {
    client.close();
  }
}

function writeFiles(options: Options, run: RunInfo, results: TestResult[]): void {
  const files = [
    [options.json, toJson],
    [options.junit, toJunit],
  ] as const;
  for (const [path, format] of files) {
    if (path === undefined) continue;
    try {
      writeFileSync(path, format(run, results));
    } catch (error) {
      throw new UsageError(`cannot write ${path}: ${(error as Error).message}`);
    }
  }
}
