// Many short sessions, each call through another node, and what can be seen of the invariants from outside (docs/architecture.md).
import { call, inTurns, median, now, pause, quantile, until } from './api.mjs';
import { onCluster } from './row.mjs';
import { Tally } from './tally.mjs';
import { doublesIn } from './watch.mjs';

export const CYCLES = Number(process.env.CYCLES ?? 10_000);
const AT_A_TIME = 24;
const LOOK_EVERY = 0.2;
const IDLE_SECONDS = 60;
const IDLE_SESSIONS = 12;
const FEW = ['--max-workers', '8']; // Of the first node: many of the sessions that it is asked for are on others.
const QUIET_SECONDS = 10; // Within this time after the last call nothing may be left over.

const anyOf = (list) => list[Math.floor(Math.random() * list.length)];

const options = ['--session-ttl', `${IDLE_SECONDS}s`, ...FEW];

export const cycles = (stage) => onCluster(stage, { nodes: 1, options }, async (cluster) => {
  for (const i of [1, 2]) await cluster.startNode(i, '--max-workers', '60');
  await cluster.allKnow();
  const all = { cluster, tally: new Tally(), times: [], ended: [], away: 0, looks: 0, isOver: false };
  const idle = Promise.all(Array.from({ length: IDLE_SESSIONS }, (_, i) => leaveIdle(all, i)));
  const looking = look(all);
  const began = now();
  await inTurns(CYCLES, AT_A_TIME, (i) => cycle(all, i));
  const took = now() - began;
  const judged = (await idle).filter(Boolean).length;
  all.isOver = true;
  await looking;
  await judgeEnd(all);
  all.tally.check(all.times.length === CYCLES, `${all.times.length} of ${CYCLES} cycles were made`);
  const ms = (value) => `${Math.round(1000 * value)} ms`;
  return all.tally.row({
    note: `${Math.round(CYCLES / took)} cycles a second, ${all.away} sessions not on the node that was asked; ` +
      `create: median ${ms(median(all.times))}, p99 ${ms(quantile(all.times, 0.99))}, worst ${ms(Math.max(...all.times))}; ` +
      `${all.looks} looks at the workers; ${judged} of ${IDLE_SESSIONS} idle sessions judged`,
  });
});

async function cycle(all, i) {
  const { cluster: { nodes }, tally, times, ended } = all;
  const at = (step) => nodes[(i + step) % nodes.length];
  const began = now();
  const created = await call(at(0), 'POST', '/sessions', 40, JSON.stringify({ cycle: i }));
  if (!tally.expect(201, 'create', created)) return;
  times.push(now() - began);
  tally.made++;
  const { id, data } = created.json;
  if (all.cluster.ownerOf(id) !== at(0)) all.away++;
  tally.check(data?.cycle === i, `I4: cycle ${i} created ${JSON.stringify(created.json)}`);
  const got = await call(at(1), 'GET', `/sessions/${id}`);
  // I2: what was promised is there. I4: with its own data.
  if (tally.expect(200, 'I2: get', got, id))
    tally.check(got.json?.id === id && got.json.data?.cycle === i, `I4: cycle ${i} got ${JSON.stringify(got.json)}`);
  tally.expect(204, 'I2: delete', await call(at(2), 'DELETE', `/sessions/${id}`), id);
  const after = await call(at(3), 'GET', `/sessions/${id}`);
  tally.expect(404, 'I3: get after the delete', after); // I3: no 200 after a 204; `look` asks for it again later.
  ended.push(id);
}

// I1: each session is on one worker, and each worker is one process. I3: a session of any earlier cycle stays away.
async function look(all) {
  const { cluster: { nodes }, tally, ended } = all;
  for (; !all.isOver; await pause(LOOK_EVERY)) {
    const answer = await call(anyOf(nodes), 'GET', '/workers', 20);
    if (tally.expect(200, 'workers', answer)) tally.doubles.push(...doublesIn(answer.json.workers));
    all.looks++;
    if (ended.length) tally.expect(404, 'I3: get long after the delete', await call(anyOf(nodes), 'GET', `/sessions/${anyOf(ended)}`));
  }
}

// I5: a session that nobody calls is there a second before its end, or it is away at its end. True if that could be seen.
async function leaveIdle({ cluster: { nodes }, tally }, i) {
  const sent = now();
  const created = await call(nodes[i % nodes.length], 'POST', '/sessions', 40);
  const received = now();
  if (!tally.expect(201, 'create', created)) return false;
  const path = `/sessions/${created.json.id}`;
  const isEarly = i % 2 === 0;
  const due = isEarly ? sent + IDLE_SECONDS - 1 : received + IDLE_SECONDS + 0.01; // A timer can be a millisecond early.
  await pause(due - now());
  const answer = await call(nodes[(i + 1) % nodes.length], 'GET', path);
  // The node began to count after `sent` and before `received`. An answer that comes late proves nothing of a call that was in time.
  if (!isEarly) return tally.expect(404, 'I5: get at the end of the idle time', answer) || true;
  const isJudged = now() < sent + IDLE_SECONDS;
  if (isJudged) tally.expect(200, 'I5: get before the end of the idle time', answer, created.json.id);
  await call(nodes[(i + 2) % nodes.length], 'DELETE', path);
  return isJudged;
}

async function judgeEnd({ cluster: { nodes }, tally }) {
  for (const node of nodes) {
    const listed = await call(node, 'GET', '/sessions', 20);
    if (tally.expect(200, 'list', listed))
      tally.check(listed.json.sessions.length === 0, `${node.name} lists ${listed.json.sessions.length} sessions at the end`);
    let wrong;
    await until('the workers are at rest', async () => (wrong = await unrest(node)).length === 0, QUIET_SECONDS, 0.5)
      .catch(() => tally.problems.push(`workers at the end, by ${node.name}: ${wrong.join(', ')}`));
  }
}

// All workers are ready and alive, and /status counts just these.
async function unrest(node) {
  const [{ json: list }, { json: status }] = [await call(node, 'GET', '/workers', 20), await call(node, 'GET', '/status', 20)];
  if (!list || !status) return ['no answer'];
  const { ready, leased, starting, stopping, parked, slots } = status.workers;
  const isWhole = leased === 0 && ready + starting + stopping + parked === slots && slots === list.workers.length;
  return [
    ...list.workers.filter((worker) => worker.state !== 'ready' || worker.session_id || !isRunning(worker.pid)).map((worker) =>
      `${worker.id} is ${worker.state} with ${worker.session_id ?? 'no session'}, process ${worker.pid}`),
    ...doublesIn(list.workers),
    ...(isWhole ? [] : [`${list.workers.length} workers, and ${JSON.stringify(status.workers)}`]),
  ];
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
