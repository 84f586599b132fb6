import http from 'node:http';
import { listenLocally, send, type File } from './site.ts';
import { skip } from '../check.ts';
import { isLoopback } from '../os/victim.ts';
import type { TestContext } from '../suite.ts';

export interface PasswordProxy {
  /** Includes the user and the password, as clients write it. */
  url: string;
  /** The number of requests for an address with the right password. */
  asked(url: string): number;
  /** The number of times the proxy had to ask for the password. */
  challenged(): number;
}

const user = 'someone';
const password = 'p@ss:word';

/** An HTTP proxy that requires a password and serves these addresses itself; their hosts exist nowhere else. */
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
  // The test ignores requests that a browser makes on its own.
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
