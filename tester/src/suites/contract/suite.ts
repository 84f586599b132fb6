import type { Suite } from '../../suite.ts';
import { badBodies } from './bad-bodies.ts';
import { badRequests } from './bad-requests.ts';
import { connecting } from './connecting.ts';
import { creating } from './creating.ts';
import { deleting } from './deleting.ts';
import { endings } from './endings.ts';
import { identity } from './identity.ts';
import { listing } from './listing.ts';
import { queueing } from './queueing.ts';
import { replies } from './replies.ts';
import { workerCalls } from './worker-calls.ts';

export function contractSuite(): Suite {
  return {
    name: 'contract',
    title: 'CONTRACT SUITE',
    figuresOnScreen: true,
    tests: [
      ...creating,
      ...badBodies,
      ...badRequests,
      ...replies,
      ...identity,
      ...deleting,
      ...connecting,
      ...listing,
      ...workerCalls,
      ...queueing,
      ...endings,
    ],
  };
}
