/** TLS identities of a running gateway whose files are replaced under it: towards our own country, where whoever connects is told by its platform. */
import { asCausewayError } from '../errors.ts';
import type { CausewayError } from '../errors.ts';
import { WatchedFiles } from '../platform/watched-files.ts';
import type { KeyFiles, TlsFiles, TlsIdentity } from './key-files.ts';

interface Watched {
  readonly files: TlsFiles;
  readonly watch: WatchedFiles;
  identity: TlsIdentity;
}

export class TlsIdentities {
  readonly #keys: KeyFiles;
  readonly #watched = new Map<string, Watched>();

  constructor(keys: KeyFiles) {
    this.#keys = keys;
  }

  /** The identity as it was read last. Throws `config-invalid` for files that cannot be read at all. */
  of(files: TlsFiles): () => TlsIdentity {
    const name = `${files.key}\n${files.certificate}`;
    const watched = this.#watched.get(name) ?? { files, watch: new WatchedFiles(() => [files.key, files.certificate]), identity: this.#keys.tls(files) };
    this.#watched.set(name, watched);
    return () => watched.identity;
  }

  /** Takes what was replaced. Files that are not of each other are not taken: the other one will follow. */
  look(): { readonly changed: boolean; readonly refused: readonly CausewayError[] } {
    const refused: CausewayError[] = [];
    let changed = false;
    for (const one of [...this.#watched.values()].filter(({ watch }) => watch.changed())) {
      try {
        one.identity = this.#keys.tls(one.files);
        changed = true;
      } catch (thrown) {
        refused.push(asCausewayError(thrown));
      }
    }
    return { changed, refused };
  }
}
