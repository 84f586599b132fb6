import type { Options, SuiteName } from '../args.ts';
import type { Suite } from '../suite.ts';
import { apiSuite } from './api/suite.ts';
import { browserSuite } from './browser/suite.ts';
import { browserlessSuite } from './browserless/suite.ts';
import { challengeSuite } from './challenge/suite.ts';
import { clientsSuite } from './clients/suite.ts';
import { contractSuite } from './contract/suite.ts';
import { faultsSuite } from './faults/suite.ts';
import { fuzzSuite } from './fuzz/suite.ts';
import { loadSuite } from './load/suite.ts';
import { playwrightSuite } from './playwright/suite.ts';
import { puppeteerSuite } from './puppeteer/suite.ts';
import { steelSuite } from './steel/suite.ts';

const makers: Record<SuiteName, (options: Options) => Suite> = {
  challenge: challengeSuite,
  contract: contractSuite,
  api: apiSuite,
  browser: browserSuite,
  steel: steelSuite,
  playwright: playwrightSuite,
  puppeteer: puppeteerSuite,
  browserless: browserlessSuite,
  clients: clientsSuite,
  faults: faultsSuite,
  load: loadSuite,
  fuzz: fuzzSuite,
};

export function makeSuites(options: Options): Suite[] {
  return options.suites.map((name) => makers[name](options));
}
