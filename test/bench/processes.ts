/** CPU time and peak memory of processes, from /proc (Linux). */
import { readFileSync } from 'node:fs';

/** Clock ticks a second of /proc/<pid>/stat: USER_HZ is 100 on every Linux that Node runs on. */
const TICKS = 100;

/** User and system time of a process with all its threads, milliseconds. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

/** Peak resident memory, MiB. */
export function peakMiB(pid: number): number {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(peak ?? 0) / 1024);
}
