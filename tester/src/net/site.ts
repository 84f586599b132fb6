import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { skip } from '../check.ts';
import { isLoopback } from '../os/victim.ts';
import type { TestContext } from '../suite.ts';

export interface File {
  type: string;
  body: string | Buffer;
  headers?: Record<string, string>;
}

export interface Site {
  origin: string;
  url(path: string): string;
  /** The number of requests for a path so far. */
  asked(path: string): number;
  /** The body of the last POST to a path. */
  posted(path: string): Buffer | undefined;
}

/** A web site with these files; a plain string is an HTML page. The server's browsers must reach it, so both run on this machine. */
export async function localSite({ client, onCleanup }: TestContext, files: Record<string, string | File>): Promise<Site> {
  if (!isLoopback(client.base.hostname)) skip('the browsers of another machine cannot open pages served here');
  const asked = new Map<string, number>();
  const posted = new Map<string, Buffer>();
  const server = http.createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    asked.set(path, (asked.get(path) ?? 0) + 1);
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (request.method === 'POST') posted.set(path, Buffer.concat(parts));
      send(response, files[path]);
    });
  });
  const { port } = await listenLocally(server);
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${port}`;
  return { origin, url: (path) => origin + path, asked: (path) => asked.get(path) ?? 0, posted: (path) => posted.get(path) };
}

export function send(response: http.ServerResponse, file: string | File | undefined): void {
  if (file === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { type, body, headers } = typeof file === 'string' ? { type: 'text/html; charset=utf-8', body: file, headers: {} } : file;
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', ...headers });
  response.end(body);
}

export async function listenLocally(
  server: { listen(port: number, host: string, done: () => void): unknown; address(): unknown },
): Promise<AddressInfo> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address() as AddressInfo;
}

/** An HTML page with this word as its title and text. */
export function page(word: string, body = ''): string {
  return `<!doctype html><html lang="en"><title>${word}</title><p id="name">${word}</p>${body}</html>`;
}

/** The smallest possible image. */
export const pixel: File = {
  type: 'image/gif',
  body: Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
};
