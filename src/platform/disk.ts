/** How fast a folder fills its disk. */
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

const DAY_MS = 86_400_000;

export interface DiskUse {
  /** Bytes that an ordinary process may still write. */
  readonly free: number;
  /** UTC milliseconds at which the disk is full if the folder goes on growing as it did since its oldest file; absent for a folder of less than a day. */
  readonly fullAt?: number;
}

/** Throws what the file system throws for a folder that is not there. */
export async function diskUse(folder: string, now: number): Promise<DiskUse> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const { bytes, since } = await grown(folder);
  const age = now - since;
  return { free, ...(age < DAY_MS || bytes === 0 ? {} : { fullAt: now + (free / bytes) * age }) };
}

async function grown(folder: string): Promise<{ readonly bytes: number; readonly since: number }> {
  let bytes = 0;
  let since = Infinity;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    // A running gateway removes temporary files at any moment.
    const found = entry.isFile() ? await stat(join(entry.parentPath, entry.name)).catch(() => undefined) : undefined;
    if (found === undefined) continue;
    bytes += found.size;
    since = Math.min(since, found.birthtimeMs || found.mtimeMs);
  }
  return { bytes, since };
}
