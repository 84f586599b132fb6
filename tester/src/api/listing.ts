import { check, field, isObject } from '../check.ts';
import type { HttpClient } from '../http/client.ts';

export interface ListedSession {
  id: string;
  workerId: string;
}

/** Returns the result of GET /sessions; checks only that it is a list. */
export async function listRaw(client: HttpClient): Promise<unknown[]> {
  const reply = await client.request('GET', '/sessions');
  check(reply.status === 200, `GET /sessions answered ${reply}`);
  const answer = reply.json();
  const list: unknown = isObject(answer) ? answer['sessions'] : undefined;
  check(Array.isArray(list), `GET /sessions has no 'sessions' list: ${reply}`);
  return list;
}

export async function listSessions(client: HttpClient): Promise<ListedSession[]> {
  return (await listRaw(client)).map((item) => ({ id: field(item, 'id', 'string'), workerId: field(item, 'worker_id', 'string') }));
}
