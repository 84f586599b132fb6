import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from '../suite.ts';
import { inAnyCase } from './leftovers.ts';

/** A new empty folder, deleted after the test. */
export function tempFolder({ onCleanup }: Pick<TestContext, 'onCleanup'>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tester-'));
  // A process that was just killed may still be writing into it.
  inAnyCase(onCleanup, () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return folder;
}
