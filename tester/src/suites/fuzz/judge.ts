import { check } from '../../check.ts';
import type { Reply } from '../../http/reply.ts';
import { mustNotTellStack } from '../contract/problem.ts';
import { answerMs, type Case, type Heard } from './wire.ts';

/** The server says that it lacks a feature (501) or an HTTP version (505), which is as clear as a 4xx. */
const clear = [501, 505];
/** Temporary refusals, which must say when to retry. */
const later = [429, 503];

/** Throws unless every response is a success or a clear refusal, and a required response is there. */
export function judge({ whole }: Case, heard: Heard): void {
  check(heard.malformed === undefined, `the server sent ${heard.malformed}`);
  for (const reply of heard.replies) judgeReply(reply);
  if (whole) check(heard.replies.length > 0, heard.closed ? 'closed without an answer' : `no answer within ${answerMs / 1_000} s`);
  else check(heard.closed, `the connection is still open ${answerMs / 1_000} s after our end of it`);
}

export function judgeReply(reply: Reply): void {
  if (later.includes(reply.status)) check(Number(reply.header('retry-after')) >= 0, `the answer has no Retry-After: ${reply}`);
  else check(reply.status < 500 || clear.includes(reply.status), `the answer is ${reply}`);
  mustNotTellStack(reply);
}
