// A worker with unusual DevTools. Arguments: `version=TEXT` and `list=TEXT` set the responses of /json/version and /json/list, in which
// PORT stands for the worker's port; `status=NUMBER` sets their status, and `type=TEXT` sets the content type of every response. The
// WebSocket never reads; it sends a flood, or nothing with `quiet=yes`.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const port = Number(process.env.PORT);
const argument = (name) => process.argv.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1).replaceAll('PORT', port);
const answers = {
  '/json/version': argument('version') ?? `{"webSocketDebuggerUrl":"ws://127.0.0.1:${port}/devtools/browser/x"}`,
  '/json/list': argument('list') ?? '[]',
};
let session = null;
let next = 0;

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const [status, body] = answer(request.method, request.url);
    response.writeHead(status, { 'content-type': argument('type') ?? 'application/json' });
    response.end(body);
  });
});

server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.on('error', () => socket.destroy());
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  const frame = Buffer.concat([Buffer.from([0x82, 126, 0xff, 0xff]), Buffer.alloc(0xffff)]);
  const flood = () => { while (!socket.destroyed && socket.write(frame)); };
  if (argument('quiet')) return;
  socket.on('drain', flood);
  flood();
});

server.listen(port, '127.0.0.1');

function answer(method, url) {
  if (url === '/health') return [200, 'ok'];
  if (url === '/status') return [200, JSON.stringify({ available: session === null, session_id: session })];
  if (url.endsWith('/json/protocol')) return [200, '<script>alert(1)</script>'];
  if (url in answers) return [Number(argument('status') ?? 200), answers[url]];
  if (method === 'POST' && url === '/sessions') {
    session = `s${++next}`;
    return [201, JSON.stringify({ id: session })];
  }

  if (url !== `/sessions/${session}`) return [404, '{}'];
  if (method === 'DELETE') session = null;
  return method === 'DELETE' ? [204] : [200, JSON.stringify({ id: session })];
}
