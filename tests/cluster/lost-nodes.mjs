// Faults of which a node dies, hangs, or is cut off.
import { call, inSeconds, median, now, pause, until } from './api.mjs';
import { Cluster } from './cluster.mjs';
import { whyNoNetworks } from './network.mjs';
import { underLoad, whole } from './row.mjs';

const RESTARTS = 20;
const HANG_SECONDS = 30;
const FINAL_SECONDS = 90;

const finalAt = (watch, node, by) => until('404 is final', () => watch.final(node, by) !== null, FINAL_SECONDS);

export const killed = (stage) => underLoad(stage, { excused: [2] }, async (all) => {
  const { cluster, watch } = all;
  await cluster.kill(2);
  await finalAt(watch, 2, [0, 1]);
  const [noticed, final, back] = [watch.noticed(2, [0, 1]), watch.final(2, [0, 1]), now()];
  await cluster.startNode(2);
  await whole(all);
  return { noticed, final, whole: now() - back };
});

// No other node remembers a time without it. Then only the longest outage proves that it has given up.
export const killedOldest = (stage) => underLoad(stage, { excused: [0] }, async (all) => {
  const { cluster, watch } = all;
  await cluster.kill(0);
  await finalAt(watch, 0, [1, 2]).catch(() => {});
  const [noticed, final, back] = [watch.noticed(0, [1, 2]), watch.final(0, [1, 2]), now()];
  await cluster.startNode(0);
  await whole(all);
  return { noticed, final, whole: now() - back, note: final === null ? `no 404 in ${FINAL_SECONDS} s` : '' };
});

export const hung = (stage) => underLoad(stage, { excused: [2] }, async (all) => {
  const { cluster, watch } = all;
  cluster.nodes[2].process.kill('SIGSTOP');
  await pause(HANG_SECONDS);
  const noticed = watch.noticed(2, [0, 1]);
  cluster.nodes[2].process.kill('SIGCONT');
  const back = now();
  await whole(all);
  await pause(3);
  return { noticed, final: watch.final(2, [0, 1]), whole: now() - back - 3 };
});

export const hungForAMoment = (stage) => underLoad(stage, { through: [0, 1] }, async (all) => {
  const { cluster, watch } = all;
  cluster.nodes[2].process.kill('SIGSTOP');
  await pause(5);
  cluster.nodes[2].process.kill('SIGCONT');
  const back = now();
  await whole(all);
  return { noticed: watch.noticed(2, [0, 1]), whole: now() - back };
});

function cutOff(excused, cut, seconds, isFinal) {
  return (stage) => {
    const skipped = whyNoNetworks();
    if (skipped) return { skipped };
    return underLoad(stage, { excused, through: [0, 1], hasNetworks: true }, async (all) => {
      const { cluster, watch } = all;
      cut(cluster.network);
      if (isFinal) await finalAt(watch, 2, [0, 1, 2]);
      else await pause(seconds);
      const noticed = watch.noticed(2, [0, 1]) ?? watch.noticed(2, [0]);
      const [final, itself, back] = [watch.final(2, [0, 1]), watch.final(2, [2]), now()];
      cluster.network.heal();
      await whole(all);
      return { noticed, final, whole: now() - back, note: itself === null ? '' : `itself says 404 after ${inSeconds(itself)}` };
    });
  };
}

export const isolated = cutOff([2], (network) => {
  network.cut(2, network.table);
  network.cutBetween(0, 2);
  network.cutBetween(1, 2);
}, 0, true);
export const withoutTable = cutOff([], (network) => network.cut(2, network.table), 40, false);
export const cutInPairs = cutOff([], (network) => network.cutBetween(0, 2), 40, false);

export const restarted = (stage) => underLoad(stage, { through: [0, 1] }, async (all) => {
  const { cluster, held, watch } = all;
  const [mine, itself, everywhere] = [held.filter((session) => session.owner === 2), [], []];
  for (let i = 0; i < RESTARTS; i++) {
    await cluster.kill(2);
    const began = now();
    cluster.launch(2);
    const serves = (node) => until(`${node.name} serves the sessions`, async () =>
      (await Promise.all(mine.map(({ id }) => call(node, 'GET', `/sessions/${id}`)))).every(({ status }) => status === 200), 60);
    await serves(cluster.nodes[2]);
    itself.push(now() - began);
    for (const node of cluster.nodes) await serves(node);
    everywhere.push(now() - began);
  }
  await whole(all);
  return {
    noticed: watch.noticed(2, [0, 1]),
    whole: Math.max(...everywhere),
    note: `serves its sessions again itself: median ${inSeconds(median(itself))}, worst ${inSeconds(Math.max(...itself))}; through all: ` +
      `${inSeconds(median(everywhere))}, ${inSeconds(Math.max(...everywhere))}`,
  };
});

// The first to come back has its sessions, and so may the others, if they come back in time.
export async function allKilled(stage) {
  const cluster = await Cluster.start(stage);
  try {
    const held = await cluster.hold(4);
    await Promise.all([0, 1, 2].map((i) => cluster.kill(i)));
    const began = now();
    const first = cluster.launch(0);
    let id;
    await until('the first node serves creates', async () => {
      const { status, json } = await call(first, 'POST', '/sessions', 5);
      id = json?.id;
      return status === 201;
    }, 120);
    const serving = now() - began;
    await call(first, 'DELETE', `/sessions/${id}`);
    const seen = async () => {
      const answers = await Promise.all(held.map(async (each) => [each.owner, (await call(first, 'GET', `/sessions/${each.id}`)).status]));
      return [...new Set(answers.map(([owner, status]) => `${owner === 0 ? 'its own' : 'others'} ${status}`))].sort().join(', ');
    };
    await until('its own sessions', async () => (await seen()).includes('its own 200'), 10).catch(() => {});
    const atOnce = await seen();
    await pause(Number.parseInt(stage.grace, 10) + 10);
    const later = await seen();
    const back = now();
    await cluster.startNode(1);
    await cluster.startNode(2);
    await cluster.allKnow();
    await pause(1);
    const lost = [];
    for (const each of held.filter(({ owner }) => owner === 0))
      for (const node of cluster.nodes) if ((await call(node, 'GET', `/sessions/${each.id}`)).status !== 200) lost.push(each.id);
    return {
      made: null,
      lost: [...new Set(lost)],
      doubles: [],
      whole: now() - back - 1,
      problems: serving < 10 ? [] : [`it served creates only after ${inSeconds(serving)}`],
      note: `one serves creates after ${inSeconds(serving)}; then: ${atOnce}; ${Number.parseInt(stage.grace, 10) + 10} s later: ${later}; ` +
        `when all are back: ${await seen()}`,
    };
  } finally {
    await cluster.end();
  }
}

export const rowsOfLostNodes = {
  killed: ['node killed (`kill -9`)', killed],
  oldest: ['the node that joined first killed, in a young cluster', killedOldest],
  hung: [`node hung (SIGSTOP) for ${HANG_SECONDS} s`, hung],
  moment: ['node hung for 5 s', hungForAMoment],
  isolated: ['node isolated from the table and the others', isolated],
  notable: ['node cut off from the table for 40 s', withoutTable],
  pair: ['two nodes cut off from each other for 40 s', cutInPairs],
  restarts: [`node killed and restarted in place × ${RESTARTS}`, restarted],
  all: ['all nodes killed at once, one started', allKilled],
};
