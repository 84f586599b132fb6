// Faults of which a node dies, hangs, or is cut off.
import { call, inSeconds, median, now, pause, until } from './api.mjs';
import { Cluster } from './cluster.mjs';
import { whyNoNetworks } from './network.mjs';
import { underLoad, whole } from './row.mjs';

const RESTARTS = 20;
const HANG_SECONDS = 30;
const FINAL_SECONDS = 90;

const worst = (list) => list.length ? Math.max(...list) : null;

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
      if (isFinal) await finalAt(watch, 2, [0, 1]); // It cannot say 404 itself: it answers 503 as long as it is cut off.
      else await pause(seconds);
      const noticed = watch.noticed(2, [0, 1]) ?? watch.noticed(2, [0]);
      const [final, back] = [watch.final(2, [0, 1]), now()];
      const itself = watch.refused(2);
      cluster.network.heal();
      await whole(all);
      return { noticed, final, whole: now() - back, note: itself === null ? '' : `it refuses its own sessions after ${inSeconds(itself)}` };
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

// The node must be a member again before half of the grace is over, or its sessions end: then it gets new ones for the next time.
export const restarted = (stage) => underLoad(stage, { through: [0, 1], excused: [2] }, async (all) => {
  const { cluster, held, watch } = all;
  const [itself, everywhere, lost] = [[], [], []];
  let mine = held.filter((session) => session.owner === 2).map(({ id }) => id);
  const has = async (node) => (await Promise.all(mine.map((id) => call(node, 'GET', `/sessions/${id}`)))).map(({ status }) => status);
  const serves = (node, ...statuses) => until(`${node.name} serves its sessions`, async () =>
    (await has(node)).every((status) => statuses.includes(status)), 60);
  for (let i = 0; i < RESTARTS; i++) {
    await cluster.kill(2);
    const began = now();
    cluster.launch(2);
    await serves(cluster.nodes[2], 200, 404);
    const statuses = await has(cluster.nodes[2]);
    if (statuses.every((status) => status === 200)) {
      itself.push(now() - began);
      for (const node of cluster.nodes) await serves(node, 200);
      everywhere.push(now() - began);
    } else {
      lost.push(...mine.filter((_, at) => statuses[at] !== 200).map((id) => `${id}: restart ${i + 1} took ${inSeconds(now() - began)}`));
      await cluster.allKnow();
      mine = (await cluster.hold(1, [2])).map(({ id }) => id);
      await pause(3);
    }
  }
  await whole(all);
  return {
    noticed: watch.noticed(2, [0, 1]),
    whole: worst(everywhere),
    problems: lost,
    note: `${itself.length} of ${RESTARTS} in time; it serves its sessions again itself: median ${inSeconds(median(itself))}, worst ` +
      `${inSeconds(worst(itself))}; through all: ${inSeconds(median(everywhere))}, ${inSeconds(worst(everywhere))}`,
  };
});

// The first to come back has its sessions, and so may the others, if they come back in time.
export async function allKilled(stage) {
  const wait = Number.parseInt(stage.grace, 10) + 10;
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
      const answers = await Promise.all(held.map(async ({ id, owner }) => [owner, (await call(first, 'GET', `/sessions/${id}`)).status]));
      return [...new Set(answers.map(([owner, status]) => `${owner === 0 ? 'its own' : 'others'} ${status}`))].sort().join(', ');
    };
    await until('its own sessions', async () => (await seen()).includes('its own 200'), 10).catch(() => {});
    const atOnce = await seen();
    await pause(wait);
    const later = await seen();
    const back = now();
    await cluster.startNode(1);
    await cluster.startNode(2);
    await cluster.allKnow();
    await pause(1);
    const lost = [];
    for (const each of held.filter(({ owner }) => owner === 0))
      for (const node of cluster.nodes)
        if ((await call(node, 'GET', `/sessions/${each.id}`)).status !== 200) lost.push(each.id);
    return {
      made: null,
      lost: [...new Set(lost)],
      doubles: [],
      whole: now() - back - 1,
      problems: serving < 10 ? [] : [`it served creates only after ${inSeconds(serving)}`],
      note: `one serves creates after ${inSeconds(serving)}; then: ${atOnce}; ${wait} s later: ${later}; ` +
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
