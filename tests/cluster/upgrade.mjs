// The status with which a node answers a WebSocket. One that it accepts is closed.
import { request } from 'node:http';

const HEADERS = {
  connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': Buffer.alloc(16, 7).toString('base64'),
};

export function upgrade(node, path, seconds = 8) {
  return new Promise((done) => {
    const out = request({ host: node.host, port: node.port, path, agent: false, headers: HEADERS });
    const late = setTimeout(() => out.destroy(new Error(`no answer in ${seconds} s`)), 1000 * seconds);
    const finish = (answer, socket) => {
      clearTimeout(late);
      socket?.destroy();
      done(answer);
    };
    out.on('error', (error) => finish({ status: 0, error: error.code ?? error.message }));
    out.on('upgrade', (reply, socket) => finish({ status: reply.statusCode }, socket));
    out.on('response', (reply) => finish({ status: reply.statusCode, mayRetry: 'retry-after' in reply.headers }, reply.socket));
    out.end();
  });
}
