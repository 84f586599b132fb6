// Faults while creates wait for a worker.
import { call, now, pause, until } from './api.mjs';
import { Cluster } from './cluster.mjs';

const PLACES = 4; // On each node.

// Fills the cluster.
async function fill(cluster) {
  const held = [];
  while (held.length < PLACES * cluster.nodes.length) {
    const { status, json } = await call(cluster.nodes[held.length % cluster.nodes.length], 'POST', '/sessions', 30);
    if (status === 201) held.push(json.id);
    else throw new Error(`create ${held.length}: ${status}`);
  }
  return held;
}

// Lets creates wait through some nodes. Each session is deleted as soon as it is there, if `isPassing`.
async function line(cluster, through, count, isPassing) {
  const [served, failed] = [[], []];
  const creates = [];
  for (let i = 0; i < count; i++) {
    creates.push(create(i));
    await pause(0.02);
    if (count <= 20) await waiting(cluster, through[0], i + 1);
  }
  await waiting(cluster, through[0], count);
  return { served, failed, done: Promise.all(creates) };

  async function create(i) {
    const node = cluster.nodes[through[i % through.length]];
    const answer = await call(node, 'POST', '/sessions', 150);
    if (answer.status !== 201) failed.push(`${i}: ${answer.status || answer.error} ${answer.json?.detail ?? ''}`);
    else served.push({ i, id: answer.json.id });
    if (answer.status === 201 && isPassing) await remove(cluster, through, answer.json.id);
  }
}

const waiting = (cluster, i, count) => until(`${count} creates wait`, async () =>
  (await cluster.list(cluster.nodes[i])).reduce((sum, node) => sum + node.waiting, 0) >= count, 60);

async function remove(cluster, through, id) {
  for (let tries = 0; tries < 20; tries++) {
    const { status } = await call(cluster.nodes[through[tries % through.length]], 'DELETE', `/sessions/${id}`);
    if (status === 204 || status === 404) return;
    await pause(0.5);
  }
}

// By how many places a create was served too late at most, compared with the order in which they came.
const displacement = (served) => Math.max(0, ...served.map(({ i }, at) => at - served.filter((other) => other.i < i).length));

const OPTIONS = ['--warm', '1', '--max-workers', String(PLACES), '--queue-timeout', '140s', '--queue-limit', '500'];

// The line is at one of the three: each is killed in a run of its own.
export async function queueNodeKilled(stage) {
  const [lost, doubles, notes, problems] = [[], [], [], []];
  let [made, failures] = [0, {}];
  for (let victim = 0; victim < 3; victim++) {
    const cluster = await Cluster.start(stage, { options: OPTIONS });
    try {
      const others = [0, 1, 2].filter((i) => i !== victim);
      const held = await fill(cluster);
      const { served, failed, done } = await line(cluster, others, 200, true);
      await cluster.kill(victim);
      const began = now();
      await Promise.all(held.filter((id) => cluster.ownerOf(id).i !== victim).map((id) => remove(cluster, others, id)));
      await until('one is served', () => served.length + failed.length > 0, 100);
      const first = now() - began;
      await done;
      made += served.length;
      for (const each of failed) failures = { ...failures, [each]: 1 };
      if (new Set(served.map(({ id }) => id)).size !== served.length) doubles.push('two creates got the same session');
      notes.push(`n${victim}: first served after ${first.toFixed(1)} s, all after ${(now() - began).toFixed(1)} s, ` +
        `at most ${displacement(served)} places late`);
    } finally {
      await cluster.end();
    }
  }
  const failed = Object.keys(failures).length;
  if (failed) problems.push(`${failed} of 600 waiting creates failed`);
  return { made, unavailable: 0, failed, failures, lost, doubles, problems, note: notes.join('; ') };
}

export async function joinsWhileCreatesWait(stage) {
  const cluster = await Cluster.start(stage, { nodes: 2, options: OPTIONS });
  try {
    await fill(cluster);
    const { served, failed, done } = await line(cluster, [0, 1], 20, false);
    const began = now();
    await cluster.startNode(2, '--max-workers', '30');
    const listens = now() - began;
    await until('one is served', () => served.length + failed.length > 0, 100);
    const first = now() - began;
    await done;
    const late = displacement(served);
    return {
      made: served.length, unavailable: 0, failed: failed.length, failures: Object.fromEntries(failed.map((each) => [each, 1])),
      lost: [], doubles: new Set(served.map(({ id }) => id)).size === served.length ? [] : ['two creates got the same session'],
      problems: failed.length ? [`${failed.length} waiting creates failed`] : [],
      whole: now() - began,
      note: `it listens after ${listens.toFixed(1)} s, first served after ${first.toFixed(1)} s; ` +
        (late ? `order of the answers: ${served.map(({ i }) => i).join(' ')}` : 'all in order'),
    };
  } finally {
    await cluster.end();
  }
}

export const rowsOfQueue = {
  queue: ['node with the line killed while 200 creates wait (three runs)', queueNodeKilled],
  join: ['node joins while 20 creates wait', joinsWhileCreatesWait],
};
