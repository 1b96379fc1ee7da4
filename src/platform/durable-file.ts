/** Small files that must be whole, old or new, whenever the power goes. */
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces `file` in one step; what it says is on disk when this resolves. Makes its folder where there is none. */
export async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fresh = await open(`${file}.new`, 'w', 0o600);
  try {
    await fresh.writeFile(content);
    await fresh.sync();
  } finally {
    await fresh.close();
  }
  await rename(`${file}.new`, file);
  // The new name is durable when the folder is.
  const entry = await open(folder, 'r');
  try {
    await entry.sync();
  } finally {
    await entry.close();
  }
}
