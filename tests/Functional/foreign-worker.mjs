// A worker as another vendor might write it: ids and times are numbers, a create returns 200, responses are chunked, and the JSON has
// unusual spacing. The argument is the time in ms that the worker takes to exit after a request to stop.
import { createServer } from 'node:http';

let session = null;
let next = 41;

process.on('SIGTERM', () => setTimeout(() => process.exit(), Number(process.argv[2] ?? 0)));

createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => answer(request.method, request.url, Buffer.concat(parts).toString(), response));
}).listen(Number(process.env.PORT), '127.0.0.1');

function answer(method, url, body, response) {
  const id = Number(url.split('/')[2]);
  if (url === '/health') return send(response, 200, 'ok');
  if (url === '/status') return send(response, 200, JSON.stringify({ available: session === null, session_id: session }));
  if (method === 'POST') {
    session = { id: ++next, text: `{ "data" : ${body} ,"created_at":1705314600, "id" :${next}, "extra":{"id":7} }\n` };
    return send(response, 200, session.text);
  }
  if (session?.id !== id) return send(response, 404, 'no');
  if (method === 'GET') return send(response, 200, session.text);
  session = null;
  return send(response, 204);
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  if (body) response.write(body);
  response.end();
}
