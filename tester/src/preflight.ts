import type { HttpClient } from './http/client.ts';
import { NoReply } from './http/reply.ts';

/** No server is reachable; the message says what to do. */
export class Unreachable extends Error {}

/** Accepts any response, because another orchestrator may lack /health. */
export async function checkReachable(client: HttpClient): Promise<void> {
  const address = client.base.href;
  try {
    const { status } = await client.request('GET', '/health', { deadlineMs: 5_000 });
    if (status === 401 || status === 403) {
      throw new Unreachable(`the orchestrator at ${address} answers ${status}; give its key with --api-key`);
    }
    const guarded = await client.request('GET', '/sessions/invalid', { deadlineMs: 5_000 });
    if (guarded.status === 401) throw new Unreachable(`the orchestrator at ${address} wants a key; give it with --api-key`);
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    throw new Unreachable(`no orchestrator answers at ${address} (${error.message}).\nStart one, or say with --url where it is.`);
  }
}
