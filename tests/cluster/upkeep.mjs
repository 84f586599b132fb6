// Faults of the table, of clocks and processors, and what operators do.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, inSeconds, now, pause, until } from './api.mjs';
import { atEnd } from './cleanup.mjs';
import { isAlive, kill, start } from './processes.mjs';
import { underLoad, whole } from './row.mjs';

const OUTAGE_SECONDS = 60;
const EVERY = [0, 1, 2];

export const evictions = (cluster) => cluster.nodes.flatMap((node) =>
  cluster.logOf(node).match(/Node \w+ is no member any more|joins its cluster again/g) ?? []);

const tableKilled = (stage) => underLoad(stage, { through: EVERY }, async (all) => {
  await all.cluster.table.kill();
  await pause(OUTAGE_SECONDS);
  await all.cluster.table.start();
  const back = now();
  await whole(all);
  return { whole: now() - back, note: evicted(all.cluster) };
});

const tableWiped = (stage) => underLoad(stage, { through: EVERY }, async (all) => {
  all.cluster.table.wipe();
  const began = now();
  await pause(8); // Nodes join again under higher numbers.
  await whole(all);
  return { whole: now() - began, note: evicted(all.cluster) };
});

function evicted(cluster) {
  const count = evictions(cluster).length;
  return count ? `${count} lines of logs about nodes that left or joined again` : '';
}

const drained = (stage) => underLoad(stage, { excused: [2], through: [0, 1], options: ['--drain-timeout', '10s'] }, async (all) => {
  const { cluster, watch } = all;
  const silent = hold(cluster.nodes[0], '/events?node=n2');
  const direct = hold(cluster.nodes[2], '/events');
  const { status } = await call(cluster.nodes[0], 'DELETE', '/nodes/n2');
  const began = now();
  await until('the node has ended', () => !isAlive(cluster.nodes[2].process), 60);
  const ended = now() - began;
  silent.destroy();
  direct.destroy();
  await pause(3);
  const noticed = watch.noticed(2, [0, 1]);
  const back = now();
  await cluster.startNode(2);
  await whole(all);
  return {
    noticed, final: watch.final(2, [0, 1]), whole: now() - back,
    problems: status < 300 ? [] : [`the drain was answered with ${status}`],
    note: `with 4 sessions that stay and two silent readers of events it ends after ${inSeconds(ended)} (\`--drain-timeout 10s\`)`,
  };
});

// A client that never reads.
function hold(node, path) {
  const out = request({ host: node.host, port: node.port, path, agent: false, headers: { accept: 'text/event-stream' } });
  out.on('response', (reply) => reply.pause());
  out.on('error', () => {});
  out.end();
  return out;
}

// A node whose wall clock is off, by minutes.
function skewed(minutes) {
  return (stage) => {
    const { library, missing } = skew();
    if (missing) return { skipped: missing };
    const environments = { 2: { LD_PRELOAD: library, SKEW_SECONDS: String(60 * minutes) } };
    return underLoad(stage, { through: [0, 1], environments }, async (all) => {
      const { cluster, held, watch } = all;
      const away = (await call(cluster.nodes[2], 'GET', `/sessions/${held.at(-1).id}`)).json?.created_at;
      const seen = Math.round((Date.parse(away) - Date.now()) / 60_000);
      await pause(20);
      const evictedBefore = evictions(cluster).length;
      await cluster.kill(2);
      const began = now();
      await cluster.startNode(2);
      await whole(all);
      return {
        noticed: watch.noticed(2, [0, 1]), whole: now() - began,
        problems: [...(evictedBefore ? ['it was evicted'] : []), ...(seen === minutes ? [] : [`its clock is off by ${seen} minutes`])],
        note: 'no eviction in 20 s; then restarted in place',
      };
    });
  };
}

function skew() {
  const library = join(tmpdir(), `steelyard-skew-${process.pid}.so`);
  const result = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, join(import.meta.dirname, 'skew.c')]);
  if (result.status !== 0) return { missing: `skew.c cannot be compiled: ${result.error?.message ?? String(result.stderr).trim()}` };
  atEnd(() => rmSync(library, { force: true }));
  return { library };
}

function starved(niceness) {
  return (stage) => underLoad(stage, { through: EVERY }, async (all) => {
    const { cluster, load, watch } = all;
    const burners = Array.from({ length: 4 }, () => start('nice', ['-n', String(niceness), process.execPath, '-e', 'for (;;);']));
    const stop = atEnd(() => Promise.all(burners.map(kill)));
    await pause(OUTAGE_SECONDS);
    await stop();
    const back = now();
    await whole(all);
    const count = evictions(cluster).length;
    return {
      noticed: watch.unlisted.size ? Math.min(...watch.unlisted.values()) - watch.began : null, whole: now() - back,
      problems: count ? [`${count} evictions`] : [], note: `longest create ${inSeconds(load.longest)}`,
    };
  });
}

// One after the other, while clients call the other two. Each starts again with the new program.
async function rolling(stage, all, stop) {
  const { cluster, load } = all;
  const times = [];
  for (const i of EVERY) {
    load.through = cluster.others(i);
    await pause(0.5);
    const began = now();
    await stop(i);
    await until(`n${i} has ended`, () => !isAlive(cluster.nodes[i].process), 60);
    cluster.program = stage.program;
    await cluster.startNode(i);
    await whole(all);
    times.push(now() - began);
  }
  return { whole: Math.max(...times), note: stage.from === stage.program ? '' : 'two versions side by side' };
}

const old = (stage) => ({ ...stage, program: stage.from });
const upgradedInPlace = (stage) => underLoad(old(stage), { through: EVERY, options: ['--on-shutdown', 'leave'] }, (all) =>
  rolling(stage, all, (i) => all.cluster.nodes[i].process.kill('SIGTERM')));

const drains = { excused: EVERY, through: EVERY, options: ['--drain-timeout', '10s'] };
const upgradedByDrain = (stage) => underLoad(old(stage), drains, async (all) => {
  const row = await rolling(stage, all, (i) => call(all.cluster.nodes[(i + 1) % 3], 'DELETE', `/nodes/n${i}`));
  return { ...row, note: [row.note, 'held sessions end with their node, after `--drain-timeout 10s`'].filter(Boolean).join('; ') };
});

export const rowsOfUpkeep = {
  table: [`table killed for ${OUTAGE_SECONDS} s`, tableKilled],
  wiped: ['table emptied', tableWiped],
  drain: ['node drained, with sessions that stay and clients that never read', drained],
  ahead: ['clock of a node 5 minutes ahead', skewed(5)],
  behind: ['clock of a node 5 minutes behind', skewed(-5)],
  nice: ['4 busy processes at nice 10 for 60 s', starved(10)],
  busy: ['4 busy processes at nice 0 for 60 s', starved(0)],
  inplace: ['rolling upgrade in place (SIGTERM, `--on-shutdown leave`)', upgradedInPlace],
  bydrain: ['rolling upgrade by drains', upgradedByDrain],
};
