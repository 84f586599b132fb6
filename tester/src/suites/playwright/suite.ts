import type { Suite } from '../../suite.ts';
import { cost } from './cost.ts';
import { forms } from './forms.ts';
import { volume } from './volume.ts';

export function playwrightSuite(): Suite {
  return { name: 'playwright', title: 'PLAYWRIGHT SUITE', figuresOnScreen: true, tests: [...forms, ...volume, ...cost] };
}
