// A worker whose browser is in a process group and session of its own, as Puppeteer starts it. The API is the challenge's. Arguments: HOW
// BROWSER, where HOW is
//   detached  the browser is a child with this program's environment;
//   emptied   the same, and nothing of our environment is left to it;
//   orphaned  as emptied, and started by a wrapper that ends: nobody's child from the first moment.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';

const [how, browser] = process.argv.slice(2);
const profile = `${process.env.STEEL_WORKER_DIR}/profile`;
const words = [browser, '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
const environment = how === 'detached' ? process.env : { PATH: process.env.PATH };
if (how === 'orphaned') spawn('/bin/sh', ['-c', 'setsid "$@" & exit 0', 'sh', ...words], { env: environment, detached: true, stdio: 'ignore' });
else spawn(words[0], words.slice(1), { env: environment, detached: true, stdio: 'ignore' });

let session = null;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => answer(request, response));
});
const listenOnceItRuns = () => (existsSync(`${profile}/DevToolsActivePort`) ? server.listen(Number(process.env.PORT), '127.0.0.1') : setTimeout(listenOnceItRuns, 20));
listenOnceItRuns();

function answer({ method, url }, response) {
  if (url === '/health') return send(response, 200, 'ok');
  if (url === '/status') return send(response, 200, JSON.stringify({ available: session === null, session_id: session }));
  if (method === 'POST' && url === '/sessions') return send(response, 201, JSON.stringify({ id: (session = randomUUID()) }));
  if (session === null || url !== `/sessions/${session}`) return send(response, 404, '{}');
  if (method === 'GET') return send(response, 200, JSON.stringify({ id: session }));
  session = null;
  return send(response, 204, '');
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body);
}
