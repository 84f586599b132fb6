// A worker whose browser runs in a separate process group and session, as Puppeteer starts it. It implements the challenge's worker API.
// Arguments: HOW BROWSER, where HOW is one of:
//   detached  the browser is a child process with this program's environment;
//   emptied   like detached, but without this program's environment;
//   orphaned  like emptied, but started by a wrapper that ends, so the browser is an orphan from the start.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';

const [how, browser] = process.argv.slice(2);
const profile = `${process.env.STEEL_WORKER_DIR}/profile`;
const words = [browser, '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
const environment = how === 'detached' ? process.env : { PATH: process.env.PATH };
if (how === 'orphaned')
  spawn('/bin/sh', ['-c', 'setsid "$@" & exit 0', 'sh', ...words], { env: environment, detached: true, stdio: 'ignore' });
else spawn(words[0], words.slice(1), { env: environment, detached: true, stdio: 'ignore' });

let session = null;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => answer(request, response));
});
const listenOnceItRuns = () =>
  (existsSync(`${profile}/DevToolsActivePort`) ? server.listen(Number(process.env.PORT), '127.0.0.1') : setTimeout(listenOnceItRuns, 20));
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
