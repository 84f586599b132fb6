// What clients do with a cluster in which nothing is broken: each node serves the sessions of all.
import { call, inTurns, now, numberOf } from './api.mjs';
import { BROWSER_SECONDS, browsers } from './browsers.mjs';
import { clients } from './clients.mjs';
import { CYCLES, cycles } from './cycles.mjs';
import { onCluster } from './row.mjs';
import { Tally } from './tally.mjs';
import { upgrade } from './upgrade.mjs';
import { doublesIn } from './watch.mjs';

const SESSIONS = 300;
const AT_A_TIME = 20;

// More sessions than two nodes can have.
const sessions = (stage) => onCluster(stage, { options: ['--max-workers', '120'] }, async (cluster) => {
  const tally = new Tally();
  const [first, ...others] = cluster.nodes;
  const began = now();
  const ids = await create(first, tally);
  const created = now() - began;
  const counts = spread(cluster, ids, tally);
  for (const node of cluster.nodes) await lookAtWorkers(node, cluster, ids, tally);
  await inTurns(ids.length, AT_A_TIME, (i) => use(ids[i], others[i % 2], others[(i + 1) % 2], tally));
  await inTurns(ids.length, AT_A_TIME, async (i) => {
    for (const node of cluster.nodes)
      tally.expect(404, `get at ${node.name} after the delete`, await call(node, 'GET', `/sessions/${ids[i]}`));
  });
  for (const node of cluster.nodes) await lookAtWorkers(node, cluster, [], tally);
  return tally.row({
    note: `${counts}; created in ${created.toFixed(1)} s, ${AT_A_TIME} at a time; ` +
      'simulated workers have no DevTools: 501 for a WebSocket through another node, and 404 after the delete',
  });
});

async function create(node, tally) {
  const ids = [];
  await inTurns(SESSIONS, AT_A_TIME, async () => {
    const answer = await call(node, 'POST', '/sessions', 40);
    if (tally.expect(201, 'create', answer)) ids.push(answer.json.id);
  });
  tally.made = ids.length;
  if (new Set(ids).size !== ids.length) tally.doubles.push('two creates got the same id');
  return ids;
}

// How many sessions each node has.
function spread(cluster, ids, tally) {
  for (const id of ids) tally.check(cluster.ownerOf(id), `${id} has the number of no node`);
  const counts = cluster.nodes.map((node) => [node.name, ids.filter((id) => numberOf(id) === node.number).length]);
  for (const [name, count] of counts) tally.check(count > 0, `${name} has no session`);
  return counts.map(([name, count]) => `${name} has ${count}`).join(', ');
}

// Exactly these sessions are on workers, each on one, and that is one of the node whose number is in its id.
async function lookAtWorkers(node, cluster, ids, tally) {
  const answer = await call(node, 'GET', '/workers', 20);
  if (!tally.expect(200, 'workers', answer)) return;
  const leased = answer.json.workers.filter((worker) => worker.session_id);
  tally.doubles.push(...doublesIn(answer.json.workers));
  const there = new Set(leased.map((worker) => worker.session_id));
  const missing = ids.filter((id) => !there.has(id));
  tally.check(missing.length === 0, `${missing.length} sessions have no worker in /workers of ${node.name}`);
  tally.check(there.size + missing.length === ids.length, `/workers of ${node.name} has ${there.size} sessions, not ${ids.length}`);
  const strays = leased.filter((worker) => cluster.ownerOf(worker.session_id)?.name !== worker.node);
  tally.check(strays.length === 0, `sessions on workers of other nodes: ${JSON.stringify(strays.slice(0, 3))}`);
}

async function use(id, one, other, tally) {
  const got = await call(one, 'GET', `/sessions/${id}`);
  if (tally.expect(200, 'get', got, id)) tally.check(got.json?.id === id, `get of ${id} was answered with ${got.json?.id}`);
  tally.expect(501, 'WebSocket', await upgrade(other, `/sessions/${id}/cdp`), id);
  tally.expect(204, 'delete', await call(one, 'DELETE', `/sessions/${id}`), id);
  tally.expect(404, 'WebSocket after the delete', await upgrade(other, `/sessions/${id}/cdp`));
}

export const rowsOfUse = {
  sessions: [`no fault: ${SESSIONS} sessions created through one node, used through the others`, sessions],
  cycles: [`no fault: ${CYCLES} cycles of create, get, delete and get, each call through another node`, cycles],
  clients: ['no fault: Playwright, Puppeteer and steel-sdk through a node that is full', clients],
  browsers: [`no fault: busy pages in real browsers for ${BROWSER_SECONDS} s`, browsers],
};
