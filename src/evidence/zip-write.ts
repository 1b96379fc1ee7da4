/** Writing a ZIP archive in one way: every file stored as it is, in the order given, with one time and one mode, so that it can be written again and compared. */
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** The first that the format knows, in the local time that it is written in: the same bytes in every zone. */
const TIME = new Date(1980, 0, 1);
const MODE = 0o100644;

/** The same bytes for the same files, wherever and whenever. */
export async function writeZip(files: ReadonlyMap<string, Uint8Array>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, bytes] of files) zip.addBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name, { mtime: TIME, mode: MODE, compress: false, forceDosTimestamp: true });
  zip.end();
  return buffer(zip.outputStream as Readable);
}
