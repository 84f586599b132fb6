// A local page for browsers to open.
import { createServer } from 'node:http';

const HTML = `<!doctype html><title>A page</title><style>p{color:#333}</style>${'<p>A paragraph of a small page.</p>'.repeat(50)}`;

export async function servePage() {
  const server = createServer((_, reply) => reply.writeHead(200, { 'content-type': 'text/html' }).end(HTML));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}
