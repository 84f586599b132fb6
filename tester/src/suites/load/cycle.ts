import { isObject, show } from '../../check.ts';
import { sameJson, type Sessions } from '../../api/sessions.ts';
import { NoReply, type Reply } from '../../http/reply.ts';
import { sleep } from '../../wait.ts';
import type { Operation, Tally } from './tally.ts';

const deadlineMs = 60_000;
const mostTries = 20;
/** Statuses that report that a worker failed during the request. */
const faultStatuses = [502, 503, 504];

/** One create, get and delete, with unique data. */
export async function runCycle(sessions: Sessions, tally: Tally, data: unknown): Promise<void> {
  const created = await create(sessions, tally, data);
  if (!created) return;
  const seen = await ask(tally, 'get', () => sessions.get(created, { deadlineMs }));
  if (seen?.status === 200) compare(tally, 'GET', seen, created, data);
  const afterGet = seen && lostToFault(seen);
  if (seen && seen.status !== 200 && !afterGet) tally.unexpected.push(`GET of a live session: ${seen}`);

  const gone = await ask(tally, 'delete', () => sessions.delete(created));
  const afterDelete = gone && lostToFault(gone);
  if (gone && gone.status !== 204 && !afterDelete) tally.unexpected.push(`DELETE of a live session: ${gone}`);
  if (afterGet || afterDelete) tally.faultLost++;
  else if (seen && gone) tally.completed++;
}

async function create(sessions: Sessions, tally: Tally, data: unknown): Promise<string | undefined> {
  const body = JSON.stringify(data);
  for (let attempt = 1; attempt <= mostTries; attempt++) {
    const reply = await ask(tally, 'create', () => sessions.post(body, { deadlineMs, headers: { 'content-type': 'application/json' } }));
    if (!reply) return undefined;
    if (reply.ok) return compare(tally, 'POST', reply, undefined, data);
    if (!faultStatuses.includes(reply.status)) {
      tally.unexpected.push(`POST: ${reply}`);
      return undefined;
    }
    if (reply.status === 503) tally.refusedFull++;
    await sleep(Math.min(5, Number(reply.header('retry-after')) || 0.2) * 1_000);
  }
  tally.givenUp++;
  return undefined;
}

/** Sends the request with its deadline. A missing response is counted and returns undefined. */
async function ask(tally: Tally, operation: Operation, request: () => Promise<Reply>): Promise<Reply | undefined> {
  try {
    const reply = await request();
    tally.answered(operation, reply.status, reply.elapsedMs);
    return reply;
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    tally.unanswered.push(`${operation}: ${error.message}`);
    return undefined;
  }
}

/** The response must contain the session's own id and data; returns the id. */
function compare(tally: Tally, what: string, reply: Reply, id: string | undefined, data: unknown): string | undefined {
  const answer = reply.json();
  const shownId = isObject(answer) && typeof answer['id'] === 'string' ? answer['id'] : undefined;
  const own = isObject(answer) && shownId !== undefined && (id === undefined || shownId === id) && sameJson(answer['data'], data);
  if (!own) tally.foreign.push(`${what} for ${show(data, 80)} answered ${reply}`);
  return shownId;
}

function lostToFault(reply: Reply): boolean {
  if (faultStatuses.includes(reply.status)) return true;
  const answer = reply.status === 404 ? reply.json() : undefined;
  return isObject(answer) && answer['reason'] === 'worker_lost';
}
