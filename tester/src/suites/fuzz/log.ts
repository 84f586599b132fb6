import { check } from '../../check.ts';
import type { ServerLog } from '../../os/server.ts';

const errors = /error of ours|unhandled|^\S+ (?:fail|crit): |^ {2,}at \S+\(|died by itself/i;

/** Fails if the log contains a server error or reports that a worker died. */
export function mustBeClean(log: ServerLog): void {
  const found = log.lines().filter((line) => errors.test(line));
  check(found.length === 0, `${found.length} lines, the first: ${found[0]}`);
}
