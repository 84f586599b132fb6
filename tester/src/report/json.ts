import { count } from '../runner.ts';
import type { TestResult } from '../suite.ts';

export interface RunInfo {
  url: string;
  seed: number;
  startedAt: Date;
  durationMs: number;
}

export function toJson(run: RunInfo, results: TestResult[]): string {
  const report = {
    url: run.url,
    seed: run.seed,
    started_at: run.startedAt.toISOString(),
    duration_ms: Math.round(run.durationMs),
    passed: count(results, 'passed'),
    failed: count(results, 'failed'),
    skipped: count(results, 'skipped'),
    tests: results.map(({ suite, name, status, reason, durationMs, figures, notes }) => ({
      suite,
      name,
      status,
      ...(reason === undefined ? {} : { reason }),
      duration_ms: durationMs,
      figures,
      ...(notes === undefined ? {} : { notes }),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
