import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Pages {
  url(name: string): string;
  close(): void;
}

/** Serves a page for every name, with the name as its title and text. */
export async function servePages(): Promise<Pages> {
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').slice(1)).replace(/[^\w-]/g, '');
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><title>${name}</title><p id="name">${name}</p>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
