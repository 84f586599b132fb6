// A Redis of our own for one cluster: with a password, on a free port, its files in memory.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { System } from '../lib/system.mjs';
import { freePort } from './ports.mjs';

export const hasRedis = () => {
  try {
    execFileSync('which', ['redis-server'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

// Returns the system with its `address` for --cluster.
export async function startRedis(context) {
  const [port, password] = [await freePort(), randomBytes(16).toString('hex')];
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--requirepass', password, '--dir', context.dir];
  const files = ['--appenddirname', `append-${port}`, '--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'];
  const redis = await System.start(context, 'redis', 'redis-server', [...args, ...files]);
  redis.address = `redis://:${password}@127.0.0.1:${port}`;
  await redis.ready('answers', 10, () => answers(port, password));
  return redis;
}

function answers(port, password) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\nQUIT\r\n`)).setEncoding('latin1');
    let received = '';
    socket.on('data', (data) => (received += data));
    socket.on('close', () => resolve(received.includes('+PONG'))).on('error', () => resolve(false));
  });
}
