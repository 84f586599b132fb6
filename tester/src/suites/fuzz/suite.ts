import { skip, Skipped } from '../../check.ts';
import type { Options } from '../../args.ts';
import { ServerLog, serverPidOrNone } from '../../os/server.ts';
import type { Suite, Test, TestContext } from '../../suite.ts';
import { campaign, type Family } from './campaign.ts';
import { corpus } from './corpus.ts';
import { footprintOf, mustBeBack, type Footprint } from './footprint.ts';
import { idleWebSockets, pingFlood } from './frames.ts';
import { httpBytes } from './http-bytes.ts';
import { ids } from './ids.ts';
import { json } from './json.ts';
import { idleConnections, pipelinedFlood, slowClients } from './limits.ts';
import { mustBeClean } from './log.ts';
import { queries } from './queries.ts';
import { webSockets } from './websockets.ts';

const families: Family[] = [httpBytes, json, webSockets, ids, queries];

/** The state at the start, with which a whole run compares its end. */
interface Start {
  pid: number;
  before: Footprint;
  log: ServerLog | undefined;
}

export function fuzzSuite({ seconds }: Options): Suite {
  let start: Start | undefined;
  const share = seconds / families.length;
  // The first family to run takes the measurement. As many connections have been open before, so their unavoidable memory is included.
  const begin = async (context: TestContext) => {
    const pid = start ? undefined : serverPidOrNone(context);
    if (pid === undefined) return;
    for (const take of [idleConnections, idleWebSockets]) {
      await take({ ...context, figure: () => undefined }).catch((error: unknown) => {
        if (!(error instanceof Skipped)) throw error;
      });
    }
    start = { pid, before: footprintOf(pid), log: ServerLog.follow(pid) };
  };
  const line = (name: string, run: Test['run']): Test => ({
    name,
    deadlineMs: 120_000 + seconds * 1_000,
    run: async (context) => {
      await begin(context);
      return run(context);
    },
  });
  return {
    name: 'fuzz',
    title: 'FUZZ SUITE',
    figuresOnScreen: true,
    tests: [
      line('The corpus: every form is refused as it should be', corpus),
      ...families.map((family) => line(family.name, (context) => campaign(context, family, share))),
      line('Slow heads and slow bodies are cut', slowClients),
      line('Idle connections cost little, and others are served', idleConnections),
      line('Idle WebSockets cost little, and others are served', idleWebSockets),
      line('A flood of requests on one connection is held back', pipelinedFlood),
      line('A flood of pings is held back', pingFlood),
      line('Memory, descriptors and threads are back', async (context) => {
        if (!start) skip('the process of the server is not visible here');
        await mustBeBack(start.pid, start.before, context.figure);
      }),
      line('The log tells of no error', async () => {
        if (!start?.log) skip("the server's standard output is no file that can be read here");
        mustBeClean(start.log);
      }),
    ],
  };
}
