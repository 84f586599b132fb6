import { closeSync, openSync, readdirSync, readlinkSync, readSync, statSync } from 'node:fs';
import { skip } from '../check.ts';
import type { TestContext } from '../suite.ts';
import { listenerOn } from './processes.ts';
import { isLoopback } from './victim.ts';

/** The process of the server itself, if it is visible. */
export function serverPidOrNone({ client }: TestContext): number | undefined {
  const port = Number(client.base.port || (client.base.protocol === 'https:' ? 443 : 80));
  const pid = isLoopback(client.base.hostname) ? listenerOn(port) : undefined;
  // In its own tests this program is the server, and its process must not be observed.
  return pid === process.pid ? undefined : pid;
}

/** The process of the server; skips the test if it is not visible. */
export function serverPid(context: TestContext): number {
  const pid = serverPidOrNone(context);
  if (pid === undefined) skip('the process of the server is not visible here, so nothing tells what it holds');
  return pid;
}

export function threadsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).length;
}

/** The server's standard output since this object was created, if the output is a file. */
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
