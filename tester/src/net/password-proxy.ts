import http from 'node:http';
import { listenLocally, send, type File } from './site.ts';
import { skip } from '../check.ts';
import { isLoopback } from '../os/victim.ts';
import type { TestContext } from '../suite.ts';

export interface PasswordProxy {
  /** With the user and password in it, as clients give it. */
  url: string;
  /** How often an address was asked for with the right password. */
  asked(url: string): number;
  /** How often it had to ask for the password. */
  challenged(): number;
}

const user = 'someone';
const password = 'p@ss:word';

/** An HTTP proxy that wants a password, and answers these addresses itself: their hosts exist nowhere else. */
export async function passwordProxy({ client, onCleanup }: TestContext, files: Record<string, string | File>): Promise<PasswordProxy> {
  if (!isLoopback(client.base.hostname)) skip('the browsers of another machine cannot use a proxy here');
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const asked = new Map<string, number>();
  let challenges = 0;
  const server = http.createServer((request, response) => {
    if (request.headers['proxy-authorization'] !== expected) {
      challenges++;
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="tester"' }).end();
      return;
    }
    const url = request.url ?? '';
    asked.set(url, (asked.get(url) ?? 0) + 1);
    send(response, files[url]);
  });
  // What a browser asks for by itself is none of the test's business.
  server.on('connect', (_request, socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  const { port } = await listenLocally(server);
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    asked: (url) => asked.get(url) ?? 0,
    challenged: () => challenges,
  };
}
