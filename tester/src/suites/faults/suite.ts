import type { Suite } from '../../suite.ts';
import { killAll } from './kill-all.ts';
import { killIdle, stopIdle } from './idle.ts';
import { killLeased } from './kill-leased.ts';
import { stopLeased } from './stop-leased.ts';
import { vanishingClients } from './vanishing.ts';

export function faultsSuite(): Suite {
  return {
    name: 'faults',
    title: 'FAULT SUITE',
    figuresOnScreen: true,
    tests: [
      { name: 'kill -9 of a leased worker ends its session within 1 s', run: killLeased },
      { name: 'SIGSTOP of a leased worker: answered within 5 s, gone within 6 s, others unaffected', run: stopLeased },
      { name: 'kill -9 of an idle worker: replaced, no session notices', run: killIdle },
      { name: 'SIGSTOP of an idle worker: gone within 8 s and replaced', run: stopIdle },
      { name: 'kill -9 of all workers at once: full capacity within 30 s', run: killAll },
      { name: 'Clients that vanish during a create leave no session behind', run: vanishingClients },
    ],
  };
}
