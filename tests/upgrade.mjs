// Shows that this build takes over the sessions of another build, and that the other build takes them back: an upgrade and a rollback,
// each after a kill -9, with live sessions and a history. Usage: node tests/upgrade.mjs OTHER OURS, each the path of a `steelyard`.
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [other, ours] = process.argv.slice(2);
if (!other || !existsSync(other)) {
  console.error('BASE must be the path of the other build\'s artifacts/orchestrator/steelyard');
  process.exit(2);
}

const StartDeadline = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'steelyard-upgrade-'));
// The simulated workers take no options, so these are only what the node itself keeps.
const steel = { metadata: { job: 'ä' }, namespace: 'n', debugConfig: { interactive: false }, timeout: 900_000 };
const sessions = new Map(); // The answer to a get, by id.
const ended = [];
let node = null;
let [passed, failed] = [0, 0];

async function start(program) {
  const child = spawn(program, [
    '--port', '0', '--worker', 'simulated', '--warm', '2', '--session-ttl', '10m', '--run-dir', join(folder, 'run'),
    '--data-dir', join(folder, 'data'),
  ]);
  node = { child };
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  child.stderr.on('data', (text) => (said += text));
  const deadline = Date.now() + StartDeadline;
  while (!/run dir/.test(said)) {
    if (hasEnded(child) || Date.now() > deadline) throw new Error(`${program} did not start: ${said}`);
    await new Promise((done) => setTimeout(done, 20));
  }

  node.url = /listens on (\S+)/.exec(said)[1];
}

function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

async function call(method, path, body) {
  const reply = await fetch(node.url + path, {
    method,
    body: body && JSON.stringify(body),
    headers: body && { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(10_000),
  });
  const text = await reply.text();
  return { status: reply.status, json: text === '' ? null : JSON.parse(text) };
}

async function create(count) {
  for (let i = 0; i < count; i++) {
    const { status, json } = await call('POST', '/sessions', { word: `ä ${i}`, deep: [[i]] });
    strictEqual(status, 201);
    sessions.set(json.id, json);
  }
}

async function end(count) {
  for (const id of [...sessions.keys()].slice(0, count)) {
    strictEqual((await call('DELETE', `/sessions/${id}`)).status, 204);
    sessions.delete(id);
    ended.push(id);
  }
}

async function createSteel(fields) {
  const { status, json } = await call('POST', '/v1/sessions', fields);
  strictEqual(status, 200, JSON.stringify(json));
  return json;
}

async function killAndStart(program) {
  node.child.kill('SIGKILL');
  await once(node.child, 'exit');
  await start(program);
}

async function check(what, test) {
  try {
    await test();
    passed++;
    console.log(`✓ ${what}`);
  } catch (error) {
    failed++;
    console.log(`✗ ${what}: ${error.message}`);
  }
}

async function areAllThere(described) {
  await check(`${sessions.size} sessions are live`, async () => {
    for (const [id, json] of sessions) deepStrictEqual(await call('GET', `/sessions/${id}`), { status: 200, json });
  });
  await check('a session of the Steel API has all that describes it', async () => {
    const { json } = await call('GET', `/v1/sessions/${described.id}`);
    strictEqual(json.status, 'live');
    for (const name of ['metadata', 'namespace', 'debugConfig', 'createdAt', 'timeout', 'dimensions', 'optimizeBandwidth'])
      deepStrictEqual(json[name], described[name], name);
  });
  await check(`${ended.length} ended sessions are in the history`, async () => {
    for (const id of ended) {
      strictEqual((await call('GET', `/sessions/${id}`)).json.reason, 'deleted');
      strictEqual((await call('GET', `/v1/sessions/${id}`)).json.endReason, 'deleted');
    }
  });
  await check('no worker serves two sessions, and none is left over', async () => {
    const { workers } = (await call('GET', '/workers')).json;
    const held = workers.filter((worker) => worker.session_id);
    strictEqual(held.length, sessions.size + 1);
    strictEqual(new Set(held.map((worker) => worker.session_id)).size, held.length);
    ok(workers.length <= sessions.size + 1 + 4, `${workers.length} workers`);
  });
}

try {
  await start(other);
  const described = await createSteel(steel);
  await create(20);
  await end(3);

  await new Promise((done) => setTimeout(done, 1000)); // Rows of the history are written up to 0.2 s later.
  console.log('== upgrade: the other build is killed, and this one takes over ==');
  await killAndStart(ours);
  await areAllThere(described);
  await create(5);
  await end(2);
  await new Promise((done) => setTimeout(done, 1000));
  console.log('== rollback: this build is killed, and the other one takes over ==');
  await killAndStart(other);
  await areAllThere(described);
} finally {
  if (node) {
    node.child.kill('SIGTERM');
    if (!hasEnded(node.child)) await once(node.child, 'exit');
  }

  // Where a takeover failed, the workers of the killed node are still there.
  spawnSync('pkill', ['-9', '-f', join(folder, 'run')]);

  rmSync(folder, { recursive: true, force: true });
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
