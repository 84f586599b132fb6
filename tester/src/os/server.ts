import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import { skip } from '../check.ts';
import type { TestContext } from '../suite.ts';
import { listenerOn } from './processes.ts';
import { isLoopback } from './victim.ts';

/** The process of the server itself, or a skip where it cannot be seen. */
export function serverPid({ client }: TestContext): number {
  const port = Number(client.base.port || (client.base.protocol === 'https:' ? 443 : 80));
  const pid = isLoopback(client.base.hostname) ? listenerOn(port) : undefined;
  if (pid === undefined) skip('the process of the server is not visible here, so nothing tells what it holds');
  return pid;
}

export function threadsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).length;
}

/** What the server has written to its standard output since this was made, where that is a file. */
export class ServerLog {
  private constructor(
    private readonly path: string,
    private readonly from: number,
  ) {}

  static follow(pid: number): ServerLog | undefined {
    const path = readlinkSync(`/proc/${pid}/fd/1`);
    const file = path.startsWith('/') ? statSync(path, { throwIfNoEntry: false }) : undefined;
    return file?.isFile() ? new ServerLog(path, file.size) : undefined;
  }

  lines(): string[] {
    const bytes = Buffer.alloc(Math.max(0, statSync(this.path).size - this.from));
    const file = openSync(this.path, 'r');
    try {
      const count = readSync(file, bytes, 0, bytes.length, this.from);
      return bytes.toString('utf8', 0, count).split('\n');
    } finally {
      closeSync(file);
    }
  }
}
