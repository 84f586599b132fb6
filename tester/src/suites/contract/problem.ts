import { check, equal, field } from '../../check.ts';
import type { Reply } from '../../http/reply.ts';

export type Reason = 'not_found' | 'deleted' | 'expired' | 'worker_lost';

/** The answer must be a problem document with the fields that clients read. */
export function mustBeProblem(reply: Reply, status: number, reason?: Reason): void {
  check(reply.status === status, `expected ${status}, got ${reply}`);
  const type = reply.header('content-type') ?? '';
  check(/^application\/problem\+json\b/.test(type), `the ${status} is '${type}', expected application/problem+json: ${reply}`);
  const problem = reply.json();
  for (const name of ['title', 'detail', 'message'] as const) {
    check(field(problem, name, 'string') !== '', `'${name}' is empty: ${reply}`);
  }
  equal(field(problem, 'status', 'number'), status, `'status' in the body`);
  if (reason) equal(field(problem, 'reason', 'string'), reason, `'reason' in the body`);
  mustNotTellStack(reply);
}

export function mustNotTellStack(reply: Reply): void {
  check(!/^\s*at [\w.<>`]+\(|\.cs:line \d|System\.\w+Exception/m.test(reply.text), `the answer tells a stack trace: ${reply}`);
}
