import net from 'node:net';
import type { WorkerInfo } from '../api/pool.ts';
import { isSame, listensOn, readStat } from './processes.ts';

/** A worker's process on this machine, identified by its start time, so that no signal can reach a later process. */
export class Victim {
  private constructor(
    readonly pid: number,
    private readonly startTime: string,
  ) {}

  /** Undefined if the server runs on another machine or the pid is not the pid of this worker on this machine. */
  static find(server: URL, worker: WorkerInfo): Victim | undefined {
    if (!isLoopback(server.hostname) || worker.pid <= 1 || worker.port === null) return undefined;
    const startTime = readStat(worker.pid)?.startTime;
    return startTime !== undefined && listensOn(worker.pid, worker.port) ? new Victim(worker.pid, startTime) : undefined;
  }

  get exists(): boolean {
    return isSame(this.pid, this.startTime);
  }

  send(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.exists) return;
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (net.isIPv4(host) && host.startsWith('127.'));
}
