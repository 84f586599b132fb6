import type { Suite } from '../../suite.ts';
import { connecting } from './connecting.ts';
import { pressure } from './pressure.ts';

export function browserlessSuite(): Suite {
  return { name: 'browserless', title: 'BROWSERLESS SUITE', figuresOnScreen: true, tests: [...connecting, ...pressure] };
}
