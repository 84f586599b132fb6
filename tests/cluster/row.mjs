// Makes one fault under load, and measures.
import { call, now, pause, until } from './api.mjs';
import { Cluster } from './cluster.mjs';
import { Load } from './load.mjs';
import { Watch } from './watch.mjs';

const HELD = 4; // Sessions on each node that are looked at all the time.

// `excused`: nodes whose own sessions may be lost. `through`: where clients call, if not at all nodes but the excused.
export async function underLoad(stage, { excused = [], through, perSecond = 20, ...options }, act) {
  const cluster = await Cluster.start(stage, options);
  try {
    const held = await cluster.hold(HELD);
    const watch = new Watch(cluster, held);
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
    for (const node of cluster.nodes) console.error(`--- ${node.name}\n${cluster.logOf(node).split('\n').slice(-25).join('\n')}`);
    throw error;
  } finally {
    await cluster.end();
  }
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
  const [live, ended] = [held.filter(({ id }) => !watch.gone.has(id)), held.filter(({ id }) => watch.gone.has(id))];
  await until('each session has the same answer at all nodes', async () =>
    await areAll(cluster, live, 200) && await areAll(cluster, ended, 404), seconds, 0.2);
  return now() - began;
}

async function areAll(cluster, sessions, status) {
  for (const node of cluster.nodes) {
    const answers = await Promise.all(sessions.map(({ id }) => call(node, 'GET', `/sessions/${id}`)));
    if (!answers.every((answer) => answer.status === status)) return false;
  }
  return true;
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
