import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

interface ProcessStat {
  state: string;
  parent: number;
  /** Identifies a process together with its pid, because pids are reused. */
  startTime: string;
}

/** Reads /proc/PID/stat; undefined if the process or /proc does not exist. */
export function readStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may itself contain spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', parent: Number(fields[1]), startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** Whether this is still the process with this start time. A zombie counts, because it has not been reaped. */
export function isSame(pid: number, startTime: string): boolean {
  return readStat(pid)?.startTime === startTime;
}

/**
 * Whether this process or a child of it listens on this port. Only then does the pid belong to this machine: a server in a
 * container reports pids of another namespace, and killing those here would hit an unrelated process.
 */
export function listensOn(pid: number, port: number): boolean {
  const inodes = listeners(port);
  if (inodes.size === 0) return false;
  return processes().some((candidate) => descendsFrom(candidate, pid) && holdsSocket(candidate, inodes));
}

/** The process on this machine that listens on this port, if it is visible. */
export function listenerOn(port: number): number | undefined {
  const inodes = listeners(port);
  return inodes.size === 0 ? undefined : processes().find((candidate) => holdsSocket(candidate, inodes));
}

/**
 * The number of files and sockets that a process has open, without its libraries: .NET opens an assembly at the first use of its code, and
 * keeps it open.
 */
export function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => !linkOf(`/proc/${pid}/fd/${fd}`).endsWith('.dll')).length;
}

/** The memory of a process in bytes that is its own: without the pages of files, such as its libraries. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kibibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return (kibibytes('RssAnon') + kibibytes('RssShmem')) * 1_024;
}

/** Where a link points to; empty when it has gone meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function listeners(port: number): Set<string> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    if (!existsSync(table)) continue;
    for (const line of readFileSync(table, 'latin1').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(wanted) && fields[3] === '0A' && fields[9]) inodes.add(fields[9]);
    }
  }
  return inodes;
}

function processes(): number[] {
  return existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number) : [];
}

function descendsFrom(pid: number, ancestor: number): boolean {
  for (let current = pid; current > 1; current = readStat(current)?.parent ?? 0) if (current === ancestor) return true;
  return false;
}

function holdsSocket(pid: number, inodes: Set<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    return false;
  }
}
