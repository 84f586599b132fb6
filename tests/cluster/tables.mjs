// Real servers for the table of a cluster. A kill takes all their processes, as a loss of power does, and what is on disk stays.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from './api.mjs';
import { childrenOf, isAlive, kill, start } from './processes.mjs';

const PASSWORD = 'its/pass@word';
const escaped = encodeURIComponent(PASSWORD);

class Table {
  constructor(folder, port, hosts) {
    Object.assign(this, { folder: join(folder, 'table'), port, hosts });
    mkdirSync(this.folder, { recursive: true });
    this.log = join(folder, 'table.log');
  }

  async start() {
    this.process = start(...this.command(), { log: this.log });
    await until(`the table answers: ${this.log}`, () => {
      if (!isAlive(this.process)) throw new Error(`the table has ended: ${readFileSync(this.log, 'utf8').slice(-2000)}`);
      return this.answers();
    }, 30);
  }

  async kill() {
    if (!this.process) return;
    const children = childrenOf(this.process.pid);
    await kill(this.process);
    for (const pid of children) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch { /* It has ended with its parent. */ }
    }
    await until('all processes of the table have ended', () => children.every((pid) => !existsSync(`/proc/${pid}`)), 20);
  }
}

class Redis extends Table {
  name = 'Redis';

  address(host) { return `redis://:${escaped}@${host}:${this.port}`; }

  command() {
    return ['redis-server', [
      '--bind', ...this.hosts, '--port', String(this.port), '--requirepass', PASSWORD, '--dir', this.folder, '--appendonly', 'yes',
      '--save', '', '--maxmemory-policy', 'noeviction',
    ]];
  }

  answers() { return this.call('PING').includes('PONG'); }

  wipe() {
    if (!this.call('FLUSHALL').includes('OK')) throw new Error('Redis was not emptied');
  }

  call(...words) {
    const env = { ...process.env, REDISCLI_AUTH: PASSWORD };
    return spawnSync('redis-cli', ['-p', String(this.port), ...words], { env }).stdout.toString();
  }
}

class Postgres extends Table {
  name = 'PostgreSQL';

  address(host) { return `postgres://tester:${escaped}@${host}:${this.port}/postgres?sslmode=disable`; }

  async start() {
    if (!existsSync(join(this.folder, 'PG_VERSION'))) this.initialize();
    await super.start();
  }

  initialize() {
    const secret = join(this.folder, '..', 'table-password');
    writeFileSync(secret, PASSWORD, { mode: 0o644 });
    if (process.getuid() === 0) spawnSync('chown', ['-R', 'postgres', this.folder]);
    const [program, args] = this.asUser('initdb', [
      '-D', this.folder, '-U', 'tester', `--pwfile=${secret}`, '--auth=scram-sha-256', '--no-sync', '--encoding=UTF8', '--locale=C']);
    const result = spawnSync(program, args);
    if (result.status !== 0) throw new Error(`initdb: ${result.error ?? result.stderr}`);
    for (const host of this.hosts) appendFileSync(join(this.folder, 'pg_hba.conf'), `host all all ${host}/24 scram-sha-256\n`);
  }

  command() {
    return this.asUser('postgres', [
      '-D', this.folder, '-p', String(this.port), '-c', `listen_addresses=${this.hosts.join(',')}`, '-k', this.folder,
      '-c', 'shared_buffers=16MB',
    ]);
  }

  answers() { return this.query('SELECT 17').includes('17'); }

  wipe() {
    this.query("DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP " +
      "EXECUTE 'TRUNCATE ' || quote_ident(t); END LOOP; END $$", true);
  }

  query(sql, must = false) {
    const args = ['-h', this.hosts[0], '-p', String(this.port), '-U', 'tester', '-d', 'postgres', '-Atc', sql];
    const result = spawnSync(join(programs(), 'psql'), args, { env: { ...process.env, PGPASSWORD: PASSWORD } });
    if (must && result.status !== 0) throw new Error(`psql: ${result.stderr}`);
    return result.stdout.toString();
  }

  // It refuses to run as root. The program replaces setpriv, and keeps its pid.
  asUser(name, args) {
    const program = join(programs(), name);
    return process.getuid() === 0
      ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', program, ...args]]
      : [program, args];
  }
}

// Debian does not put all of them into the PATH.
function programs() {
  const folders = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').sort().reverse() : [];
  const initdb = [
    ...process.env.PATH.split(':').map((folder) => join(folder, 'initdb')),
    ...folders.map((version) => `/usr/lib/postgresql/${version}/bin/initdb`),
  ].find((path) => existsSync(path));
  return initdb && dirname(realpathSync(initdb));
}

export function whyNot(kind) {
  const isThere = kind === 'redis' ? spawnSync('redis-server', ['--version']).status === 0 : programs() !== undefined;
  return isThere ? null : 'it is not installed: run tests/install-tables.sh';
}

export async function startTable(kind, folder, port, hosts) {
  const table = new (kind === 'redis' ? Redis : Postgres)(folder, port, hosts);
  await table.start();
  return table;
}
