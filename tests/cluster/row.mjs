// Makes one fault under load, and measures.
import { call, now, pause, until } from './api.mjs';
import { Cluster } from './cluster.mjs';
import { Load } from './load.mjs';
import { Watch } from './watch.mjs';

const HELD = 3; // Sessions on each node that are looked at all the time.

// `excused`: nodes whose own sessions may be lost. `through`: where clients call, if not at all nodes but the excused.
export async function underLoad(stage, { excused = [], through, perSecond = 20, ...options }, act) {
  const cluster = await Cluster.start(stage, options);
  let watch;
  try {
    const held = await cluster.hold(HELD);
    watch = new Watch(cluster, held);
    const load = new Load(through?.map((i) => cluster.nodes[i]) ?? cluster.others(...excused), {
      perSecond, excused: excused.map((i) => cluster.nodes[i].number) });
    await pause(3);
    const before = { made: load.made, unavailable: load.unavailable, failed: load.failed };
    watch.mark();
    const row = await act({ cluster, held, watch, load });
    await load.stop();
    const missing = await missingOf(cluster, held, excused);
    await watch.stop();
    const lost = [...new Set([...watch.lost(excused), ...missing])].concat(load.lost);
    return {
      made: load.made - before.made,
      unavailable: load.unavailable - before.unavailable,
      failed: load.failed - before.failed,
      failures: load.failures,
      longest: load.longest,
      deletesLater: load.deletes.unavailable,
      lost,
      doubles: [...watch.violations, ...load.revived.map((id) => `${id} was found after its delete`)],
      ...row,
    };
  } catch (error) {
    showLogs(cluster);
    error.found = watch && { lost: watch.lost(excused), doubles: watch.violations };
    throw error;
  } finally {
    await cluster.end();
  }
}

// Does something with a cluster, and ends the cluster.
export async function onCluster(stage, options, act) {
  const cluster = await Cluster.start(stage, options);
  try {
    return await act(cluster);
  } catch (error) {
    showLogs(cluster);
    throw error;
  } finally {
    await cluster.end();
  }
}

function showLogs(cluster) {
  for (const node of cluster.nodes) console.error(`--- ${node.name}\n${tailOf(cluster.logOf(node))}`);
}

// Without the sessions that came and went.
function tailOf(log) {
  return log.split('\n').filter((line) => !/NodeLog\[0\] Session .*(created on|deleted \()/.test(line)).slice(-40).join('\n');
}

// Seconds until all nodes know each other, take creates, and serve the held sessions that nobody has called lost.
export async function whole({ cluster, held, watch }, seconds = 120) {
  const began = now();
  await cluster.allKnow(seconds);
  for (const node of cluster.nodes) {
    await until(`${node.name} takes creates`, async () => {
      const { status, json } = await call(node, 'POST', '/sessions', 20);
      if (status === 201) await call(node, 'DELETE', `/sessions/${json.id}`);
      return status === 201;
    }, seconds);
  }
  let others = [];
  await until('each session has the same answer at all nodes', async () => {
    others = [...await unlike(cluster, live(), 200), ...await unlike(cluster, ended(), 404)];
    return others.length === 0;
  }, seconds, 0.2).catch((error) => { throw new Error(`${error.message}; ${others.join(', ')}`); });
  return now() - began;

  function live() { return held.filter(({ id }) => !watch.gone.has(id)); }
  function ended() { return held.filter(({ id }) => watch.gone.has(id)); }
}

// Who does not answer with this status.
async function unlike(cluster, sessions, status) {
  const answers = await Promise.all(cluster.nodes.flatMap((node) => sessions.map(async (session) =>
    [node, session, await call(node, 'GET', `/sessions/${session.id}`)])));
  return answers.filter(([, , answer]) => answer.status !== status).map(([node, { id, owner }, answer]) =>
    `${id} of n${owner} at ${node.name}: ${answer.status} ${answer.json?.detail ?? answer.error ?? ''}`);
}

async function missingOf(cluster, held, excused) {
  const missing = [];
  for (const { id } of held.filter((session) => !excused.includes(session.owner))) {
    for (const node of cluster.nodes) {
      const { status } = await call(node, 'GET', `/sessions/${id}`);
      if (status !== 200 && !missing.includes(id)) missing.push(id);
    }
  }
  return missing;
}
