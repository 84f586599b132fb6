import type { Suite } from '../../suite.ts';
import { go } from './chromedp.ts';
import { mcp } from './mcp.ts';
import { puppeteer } from './puppeteer.ts';
import { recipes } from './recipes.ts';
import { scripts } from './scripts.ts';

export function clientsSuite(): Suite {
  return { name: 'clients', title: 'CLIENTS SUITE', figuresOnScreen: true, tests: [...mcp, ...puppeteer, ...scripts, ...recipes, ...go] };
}
