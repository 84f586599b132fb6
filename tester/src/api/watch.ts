import { Latencies } from '../stats/latencies.ts';
import type { TestContext } from '../suite.ts';
import { sleep } from '../wait.ts';
import type { Session } from './sessions.ts';

export interface Watch {
  /** Stops asking. Throws what went wrong meanwhile, if anything did. */
  end(): Promise<Latencies>;
}

/**
 * GETs these sessions over and over while something happens to others: each must go on showing its own data. It also
 * keeps them from expiring, however short the TTL is.
 */
export function watch({ sessions, onCleanup }: TestContext, watched: Session[], when: string): Watch {
  const latencies = new Latencies();
  let ended = false;
  const lane = async (session: Session) => {
    // Once more after the end: the fault may have come and gone between two looks.
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
