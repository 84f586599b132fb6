import type { Options, SuiteName } from './args.ts';
import type { Pool } from './api/pool.ts';
import type { Sessions } from './api/sessions.ts';
import type { HttpClient } from './http/client.ts';

export interface Figure {
  value: number;
  unit: string;
}

/** What a test gets; its sessions are deleted after it, whatever happened. */
export interface TestContext {
  options: Options;
  client: HttpClient;
  sessions: Sessions;
  pool: Pool;
  figure(name: string, value: number, unit: string): void;
  onCleanup(action: () => unknown): void;
}

export interface Test {
  name: string;
  run(context: TestContext): Promise<void>;
  /** Longer than the runner's usual limit for tests that wait. */
  deadlineMs?: number;
}

export interface Suite {
  name: SuiteName;
  title: string;
  tests: Test[];
  /** The challenge fixes its output to the letter, so its figures go to the files only. */
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
}
