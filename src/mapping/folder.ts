/** A mappings folder, read whole at one moment: what is checked and what is compiled are the same bytes, whatever happens to the files meanwhile. The only I/O of this room. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** By path under the folder, with `/`; for what could not be read, the reason (`ENOENT` of `readdir`'s own race included). Can be posted to another thread. */
export type MappingFiles = ReadonlyMap<string, Uint8Array | { readonly code: string }>;

/** What one country's mappings are made of: the neutral forms, the code lists, and its own folder. */
export function rootsOf(country: string): readonly string[] {
  return ['neutral', 'codelists', country.toLowerCase()];
}

/** Reads all files under `roots` (paths under `folder`, of folders or files); a root that is not there has no files. */
export async function readFiles(folder: string, roots: readonly string[]): Promise<MappingFiles> {
  const paths = await pathsUnder(folder, roots);
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path)).catch(codeOf)] as const)));
}

/**
 * Changes with every change of the files, and costs no reading: name, size, times and inode of each. A file that is replaced by renaming another one to its name has another inode; a link
 * that is turned to another folder, as orchestrators do, leads to other files.
 */
export async function stampOf(folder: string, roots: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of await pathsUnder(folder, roots)) {
    const seen = await stat(join(folder, path)).catch(codeOf);
    hash.update(JSON.stringify('code' in seen ? [path, seen.code] : [path, seen.size, seen.mtimeMs, seen.ctimeMs, seen.ino, seen.dev]));
  }
  return hash.digest('base64url');
}

/** base64url SHA-256 over names and contents. */
export function digestOf(files: MappingFiles): string {
  const lines = [...files].map(([path, content]) => `${content instanceof Uint8Array ? createHash('sha256').update(content).digest('hex') : content.code}  ${path}\n`);
  return createHash('sha256').update(lines.join('')).digest('base64url');
}

/** base64url SHA-256 of one file's bytes; of none where it is not there. */
export function hashOf(files: MappingFiles, path: string): string {
  const content = files.get(path);
  return createHash('sha256').update(content instanceof Uint8Array ? content : '').digest('base64url');
}

/** Names in a folder with an ending, in order. */
export function namesIn(files: MappingFiles, folder: string, ending: string): string[] {
  const names = [...files.keys()].flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1).split('/')[0] ?? ''] : []));
  return [...new Set(names)].filter((name) => name.endsWith(ending));
}

/** Folders of countries. */
export async function countryFolders(folder: string): Promise<string[]> {
  return (await entriesOf(folder)).filter((name) => /^[a-z]{2}$/.test(name));
}

/** In order. Names that begin with a point are somebody's own: editors' copies, half-written files, the folders behind an orchestrator's links. */
async function pathsUnder(folder: string, roots: readonly string[]): Promise<string[]> {
  const found = await Promise.all(roots.map(async (root) => {
    const kind = await stat(join(folder, root)).catch(codeOf);
    if ('code' in kind) return [];
    if (!kind.isDirectory()) return [root];
    return pathsUnder(folder, (await entriesOf(join(folder, root))).map((name) => `${root}/${name}`));
  }));
  return found.flat();
}

async function entriesOf(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).sort();
}

function codeOf(error: unknown): { readonly code: string } {
  return { code: (error as NodeJS.ErrnoException).code ?? 'unreadable' };
}
