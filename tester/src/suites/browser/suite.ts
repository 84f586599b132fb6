import type { Options } from '../../args.ts';
import { formatDuration } from '../../duration.ts';
import type { Suite } from '../../suite.ts';
import { puppeteerConnects, playwrightConnects, pageTarget } from './connecting.ts';
import { crossedData } from './crossed.ts';
import { discovery } from './discovery.ts';
import { disconnectOnDelete, disconnectOnLoss } from './disconnecting.ts';
import { attachedOutlivesTtl, detachedExpires } from './idle.ts';
import { largeMessages } from './large.ts';
import { nextSeesNothing, stateSurvives } from './state.ts';

export function browserSuite({ ttlMs, sessions }: Options): Suite {
  return {
    name: 'browser',
    title: 'BROWSER SUITE',
    figuresOnScreen: true,
    tests: [
      { name: 'json/version names our own address, with and without a trailing slash', run: discovery },
      { name: 'Playwright connectOverCDP(http://...)', run: (context) => playwrightConnects(context, 'http') },
      { name: 'Playwright connectOverCDP(ws://...)', run: (context) => playwrightConnects(context, 'ws') },
      { name: 'Puppeteer connect({ browserWSEndpoint })', run: puppeteerConnects },
      { name: 'A page target by its webSocketDebuggerUrl', run: pageTarget },
      { name: 'Large messages pass whole, both ways', run: largeMessages },
      { name: 'State survives a reconnect', run: stateSurvives },
      { name: 'The next session sees no cookies or storage of the last', run: nextSeesNothing },
      { name: `${sessions} sessions at once, no crossed data`, run: crossedData, deadlineMs: 300_000 },
      { name: 'DELETE disconnects the attached client', run: disconnectOnDelete },
      { name: 'The loss of its worker disconnects the attached client', run: disconnectOnLoss },
      { name: `An attached client keeps its session past the TTL (${formatDuration(ttlMs)})`, run: attachedOutlivesTtl },
      { name: 'A session expires once its client has left', run: detachedExpires },
    ],
  };
}
