import { Latencies } from '../stats/latencies.ts';
import type { TestContext } from '../suite.ts';
import { sleep } from '../wait.ts';
import type { Session } from './sessions.ts';

export interface Watch {
  /** Stops the requests. Throws the first error that occurred, if any. */
  end(): Promise<Latencies>;
}

/**
 * GETs these sessions repeatedly while something happens to others: each must keep returning its own data. The requests also
 * keep the sessions from expiring, however short the TTL is.
 */
export function watch({ sessions, onCleanup }: TestContext, watched: Session[], when: string): Watch {
  const latencies = new Latencies();
  let ended = false;
  const lane = async (session: Session) => {
    // One more round after the end, because the fault may have come and gone between two requests.
    for (let last = false; !last; await sleep(5)) {
      last = ended;
      latencies.add((await sessions.mustShow(session, when)).elapsedMs);
    }
  };
  const lanes = Promise.allSettled(watched.map(lane));
  const end = async () => {
    ended = true;
    for (const outcome of await lanes) if (outcome.status === 'rejected') throw outcome.reason;
    return latencies;
  };
  onCleanup(end);
  return { end };
}
