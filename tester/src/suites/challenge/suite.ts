import type { Options } from '../../args.ts';
import { formatDuration } from '../../duration.ts';
import type { Suite } from '../../suite.ts';
import { concurrentSessions } from './concurrent.ts';
import { createSession, deleteSession, getSession, missingSession } from './crud.ts';
import { ttlExpiration } from './expiration.ts';
import { workerRecovery } from './recovery.ts';

/** The seven checks of the challenge, under the names that it prints. */
export function challengeSuite({ ttlMs }: Options): Suite {
  return {
    name: 'challenge',
    title: 'ORCHESTRATOR TEST SUITE',
    figuresOnScreen: false,
    tests: [
      { name: 'Create session', run: createSession },
      { name: 'Get session', run: getSession },
      { name: 'Delete session', run: deleteSession },
      { name: '404 on missing session', run: missingSession },
      { name: 'Concurrent sessions (10 parallel)', run: concurrentSessions },
      { name: `Session TTL expiration (${formatDuration(ttlMs)})`, run: ttlExpiration },
      { name: 'Worker failure recovery', run: workerRecovery },
    ],
  };
}
