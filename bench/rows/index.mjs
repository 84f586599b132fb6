// All rows, in the order in which they run.
import * as burst from './burst.mjs';
import * as cdp from './cdp.mjs';
import * as cdpBulk from './cdp-bulk.mjs';
import * as cluster from './cluster.mjs';
import * as clusterCdp from './cluster-cdp.mjs';
import * as clusterNodes from './cluster-nodes.mjs';
import * as clusterQueue from './cluster-queue.mjs';
import * as clusterSpill from './cluster-spill.mjs';
import * as create from './create.mjs';
import * as dashboards from './dashboards.mjs';
import * as fourSteps from './four-steps.mjs';
import * as get from './get.mjs';
import * as idle from './idle.mjs';
import * as kill from './kill.mjs';
import * as liveView from './live-view.mjs';
import * as memory from './memory.mjs';
import * as ownAnswers from './own-answers.mjs';
import * as paced from './paced.mjs';
import * as recorder from './recorder.mjs';
import * as sessionCpu from './session-cpu.mjs';
import * as sessionsPerMinute from './sessions-per-minute.mjs';
import * as spawn from './spawn.mjs';
import * as start from './start.mjs';
import * as telemetry from './telemetry.mjs';

export const rows = [
  paced, fourSteps, sessionCpu, sessionsPerMinute, burst, create, get, ownAnswers, cdp, cdpBulk, kill, start, spawn, idle, memory,
  liveView, recorder, telemetry, dashboards, cluster, clusterCdp, clusterNodes, clusterQueue, clusterSpill,
];
