// Stands in for the open-source Steel worker and its peculiarities: it serves one session, and a create ends the previous one. A release
// of any id ends the current session and succeeds even without one. A get of an unknown id returns 200 with a released session. Timeouts
// are ignored. Its browser is at the WebSocket of the root, and may come later than the API, or never. Arguments: `sticky` makes releases
// succeed without ending the session; `browser=PATH` serves a real browser, with the fixed debugging port `port=N` if there is one. Without
// it, every message on the WebSocket gets the same answer.
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { connect } from 'node:net';

const sticky = process.argv.includes('sticky');
const option = (name) => process.argv.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);
const browserPath = option('browser');
const idle = () => ({ id: randomUUID(), status: 'idle', createdAt: new Date().toISOString() });
const past = [];
let active = idle();

let browser = null;
if (browserPath) startBrowser(browserPath);
const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => answer(request.method, request.url, Buffer.concat(parts).toString(), response));
});
server.on('upgrade', (request, socket, head) => attach(request, socket, head));
server.listen(Number(process.env.PORT), process.env.HOST ?? '0.0.0.0');

function answer(method, url, body, response) {
  const [, id, action] = url.match(/^\/v1\/sessions\/([^/]+)(?:\/(\w+))?$/) ?? [];
  if (url === '/v1/health') return send(response, 200, { status: 'ok' });
  if (url === '/v1/sessions' && method === 'GET') return send(response, 200, { sessions: [active, ...past] });
  if (url === '/v1/sessions' && method === 'POST') return send(response, 200, create(JSON.parse(body)));
  if (action === 'release' && method === 'POST') return send(response, 200, { success: true, ...release() });
  if (id && !action && method === 'GET')
    return send(response, 200, id === active.id ? active : { id, status: 'released', createdAt: new Date().toISOString() });
  return send(response, 404, { message: `Route ${method}:${url} not found` });
}

function create(options) {
  if (options.dimensions?.width === 4096) return { success: false, message: 'no such screen' }; // A successful response without a session.
  if (active.status === 'live') release();
  active = {
    id: options.sessionId ?? randomUUID(), status: 'live', createdAt: new Date().toISOString(), websocketUrl: 'ws://0.0.0.0:3000/',
    received: options,
  };
  return active;
}

function release() {
  if (sticky) return active;
  const released = { ...active, status: 'released' };
  past.push(released);
  active = idle();
  return released;
}

function send(response, status, json) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(json));
}

// The WebSocket of any path leads to the browser.
function attach(request, client, head) {
  if (!browserPath) return answerAlways(request, client);
  if (!browser) return client.destroy();
  const upstream = connect(browser.port, browser.host, () => {
    const headers = Object.entries({ ...request.headers, host: `localhost:${browser.port}` })
      .map(([name, value]) => `${name}: ${value}\r\n`);
    upstream.write(`GET ${browser.path} HTTP/1.1\r\n${headers.join('')}\r\n`);
    upstream.write(head);
    client.pipe(upstream).pipe(client);
  });
  upstream.on('error', () => client.destroy());
  client.on('error', () => upstream.destroy());
}

function startBrowser(path) {
  const child = spawn(
    path,
    [
      '--no-sandbox', `--remote-debugging-port=${option('port') ?? 0}`, `--user-data-dir=${process.env.STEEL_WORKER_DIR}/profile`,
      'about:blank',
    ],
  );
  child.stderr.on('data', (bytes) => {
    const [, host, port, socketPath] = bytes.toString().match(/ws:\/\/\[?([\d.:]+?)\]?:(\d+)(\/\S+)/) ?? [];
    if (port) browser = { host, port: Number(port), path: socketPath };
  });
}

function answerAlways(request, client) {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  client.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  client.on('error', () => client.destroy());
  client.on('data', () => client.write(Buffer.from('\x81\x02{}', 'latin1')));
}
