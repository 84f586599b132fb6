import net from 'node:net';
import { connect } from '../http/raw.ts';
import type { TestContext } from '../suite.ts';
import { listenLocally } from './site.ts';

/** The fate of an exchange: it passes in full, or the connection breaks before the request, before the reply, or halfway through it. */
export type Cut = 'none' | 'request' | 'reply' | 'middle';

export interface CuttingRelay {
  url: string;
  cuts(): number;
}

/** A TCP relay to the server that breaks connections, as networks do. `decide` is called once for each exchange. */
export async function cuttingRelay({ client, onCleanup }: TestContext, decide: () => Cut): Promise<CuttingRelay> {
  const open = new Set<net.Socket>();
  let cuts = 0;
  const server = net.createServer((near) => {
    const far = connect(client.base);
    const ends = [near, far] as const;
    for (const end of ends) {
      open.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        open.delete(end);
        for (const each of ends) each.destroy();
      });
    }
    const cut = () => {
      cuts++;
      for (const end of ends) end.destroy();
    };
    let fate: Cut | undefined;
    near.on('data', (bytes) => {
      fate ??= decide();
      if (fate === 'request') cut();
      else far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (fate === 'middle') near.write(bytes.subarray(0, bytes.length / 2), cut);
      else if (fate === 'reply') cut();
      else near.write(bytes);
      fate = undefined;
    });
  });
  const { port } = await listenLocally(server);
  onCleanup(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}${client.path('')}`, cuts: () => cuts };
}
