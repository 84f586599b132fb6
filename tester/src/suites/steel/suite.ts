import type { Suite } from '../../suite.ts';
import { computer } from './computer.ts';
import { ending } from './ending.ts';
import { fields } from './fields.ts';
import { files } from './files.ts';
import { idempotency } from './idempotency.ts';
import { listing } from './listing.ts';
import { live } from './live.ts';
import { network } from './network.ts';
import { options } from './options.ts';
import { readme } from './readme.ts';
import { refusals } from './refusals.ts';
import { scraping } from './scraping.ts';
import { state } from './state.ts';
import { timeouts } from './timeouts.ts';

export function steelSuite(): Suite {
  return {
    name: 'steel',
    title: 'STEEL SUITE',
    figuresOnScreen: true,
    tests: [
      ...readme,
      ...fields,
      ...ending,
      ...timeouts,
      ...listing,
      ...idempotency,
      ...refusals,
      ...options,
      ...state,
      ...network,
      ...computer,
      ...files,
      ...scraping,
      ...live,
    ],
  };
}
