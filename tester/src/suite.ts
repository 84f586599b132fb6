import type { Options, SuiteName } from './args.ts';
import type { Pool } from './api/pool.ts';
import type { Sessions } from './api/sessions.ts';
import type { HttpClient } from './http/client.ts';

export interface Figure {
  value: number;
  unit: string;
}

/** The context of a test. Its sessions are deleted after the test, whatever the result. */
export interface TestContext {
  options: Options;
  client: HttpClient;
  sessions: Sessions;
  pool: Pool;
  figure(name: string, value: number, unit: string): void;
  /** A line for people that stands under the test. */
  note(line: string): void;
  onCleanup(action: () => unknown): void;
}

export interface Test {
  name: string;
  run(context: TestContext): Promise<void>;
  /** The deadline of a test that waits longer than the runner's default allows. */
  deadlineMs?: number;
}

export interface Suite {
  name: SuiteName;
  title: string;
  tests: Test[];
  /** False for the challenge: it specifies its output exactly, so its figures go only to the report files. */
  figuresOnScreen: boolean;
}

export type Status = 'passed' | 'failed' | 'skipped';

export interface TestResult {
  suite: SuiteName;
  name: string;
  status: Status;
  reason?: string;
  durationMs: number;
  figures: Record<string, Figure>;
  notes?: string[];
}
