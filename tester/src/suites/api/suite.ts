import { check } from '../../check.ts';
import type { Suite, TestContext } from '../../suite.ts';
import { Bench } from './bench.ts';
import { devtools } from './devtools.ts';
import { fullNode } from './full.ts';
import { node } from './node.ts';
import { pages } from './pages.ts';
import { refusals } from './refusals.ts';
import { sessions } from './sessions.ts';
import { steel } from './steel.ts';

/** The others are errors that a client cannot cause at will, or need real browsers. */
const leastSeen = 0.5;

/** Last: what all tests together have seen of the description. */
async function coverage(bench: Bench, context: TestContext): Promise<void> {
  const description = await bench.read(context);
  const { seen, described, missing } = description.coverage();
  context.figure('operations', description.operations.length, '');
  context.figure('answers described', described, '');
  context.figure('seen', seen, '');
  for (const line of missing) context.note(`not seen: ${line}`);
  check(seen >= described * leastSeen, `only ${seen} of ${described} answers were seen: run the whole suite`);
}

export function apiSuite(): Suite {
  const bench = new Bench();
  return {
    name: 'api',
    title: 'API DESCRIPTION SUITE',
    figuresOnScreen: true,
    tests: [
      ...node(bench), ...sessions(bench), ...devtools(bench), ...steel(bench), ...pages(bench), ...refusals(bench), ...fullNode(bench),
      { name: 'How much of the description was seen', run: (context) => coverage(bench, context) },
    ],
  };
}
