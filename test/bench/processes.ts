/** CPU time and memory of processes, from /proc (Linux). */
import { readFileSync, writeFileSync } from 'node:fs';

/** Clock ticks a second of /proc/<pid>/stat: USER_HZ is 100 on every Linux that Node runs on. */
const TICKS = 100;

/** User and system time of a process with all its threads, milliseconds. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

/** Peak resident memory since the start, or since `resetPeak`, MiB. */
export function peakMiB(pid: number): number {
  return mebibytesOf(pid, 'VmHWM');
}

/** Resident memory at this moment, MiB. */
export function residentMiB(pid: number): number {
  return mebibytesOf(pid, 'VmRSS');
}

export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function mebibytesOf(pid: number, field: string): number {
  const found = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(found ?? 0) / 1024);
}
