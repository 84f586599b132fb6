// Reads processes, their CPU time and their memory from /proc.
import { readFileSync, readdirSync } from 'node:fs';

const TICKS_PER_SECOND = 100; // The unit of CPU time in /proc/PID/stat on Linux.

// Returns null for a process that has ended.
function stat(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    const [own, children] = [Number(fields[11]) + Number(fields[12]), Number(fields[13]) + Number(fields[14])];
    return { pid: Number(pid), parent: Number(fields[1]), own, children };
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return null;
    throw error;
  }
}

// The processes below a process, itself included; zombies too, since their CPU time is not yet added to their parent's.
export function tree(root) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(stat).filter(Boolean);
  const children = new Map();
  for (const each of all) children.set(each.parent, [...(children.get(each.parent) ?? []), each]);
  const found = all.filter((each) => each.pid === root);
  for (const each of found) found.push(...(children.get(each.pid) ?? []));
  return found;
}

// CPU time of one process without its children, in seconds.
export function cpuOf(pid) {
  const found = stat(pid);
  if (!found) throw new Error(`Process ${pid} has ended.`);
  return found.own / TICKS_PER_SECOND;
}

// CPU time of all processes below a process, also of those that have ended and were waited for, in seconds. A process whose parent
// ignores SIGCHLD is lost at its end; no system measured here does that.
export function cpuOfTree(root) {
  return tree(root).reduce((sum, each) => sum + each.own + each.children, 0) / TICKS_PER_SECOND;
}

// Memory of one process, in MB; a page that it shares with others counts in parts.
export function pss(pid) {
  const kilobytes = Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]);
  return (kilobytes * 1024) / 1e6;
}
