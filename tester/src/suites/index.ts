import type { Options, SuiteName } from '../args.ts';
import type { Suite } from '../suite.ts';
import { browserSuite } from './browser/suite.ts';
import { challengeSuite } from './challenge/suite.ts';
import { contractSuite } from './contract/suite.ts';
import { faultsSuite } from './faults/suite.ts';
import { loadSuite } from './load/suite.ts';

const makers: Record<SuiteName, (options: Options) => Suite> = {
  challenge: challengeSuite,
  contract: contractSuite,
  browser: browserSuite,
  faults: faultsSuite,
  load: loadSuite,
};

export function makeSuites(options: Options): Suite[] {
  return options.suites.map((name) => makers[name](options));
}
