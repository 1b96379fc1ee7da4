/**
 * Our own keys as they are at the moment, each role by its plan: which one signs, which ones open, which ones peers are shown. What changes
 * acts on the next use. The file that gateway.yaml names holds the key in use; while it changes, the next one stands beside it.
 */
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import type { GatewayConfig } from '../../config/config.ts';
import { KeyFiles } from '../../crypto/key-files.ts';
import type { TlsIdentity } from '../../crypto/key-files.ts';
import type { Opener } from '../../crypto/jwe.ts';
import type { Signer } from '../../crypto/jws.ts';
import { CausewayError } from '../../errors.ts';
import { WatchedFiles } from '../../platform/watched-files.ts';
import { ROTATING, keyFolders } from './key-plan.ts';
import type { KeyFolders, KeyPlan, RotatingRole } from './key-plan.ts';
import type { PublishedKey, PublishedKeys } from './published-keys.ts';

type Config = Pick<GatewayConfig, 'data' | 'keys' | 'federation'>;

/** A role's keys while one takes the place of the other; without a change, the one in use alone. */
interface Held<K> {
  readonly used: K;
  /** Newest first. */
  readonly shown: readonly K[];
  readonly held: readonly K[];
  readonly plan?: KeyPlan;
}

interface Keys {
  readonly entity?: Held<Signer>;
  readonly statement: Held<Signer>;
  readonly encryption: Held<Opener>;
  readonly tls: Held<TlsIdentity>;
}

/** Beside the file of the key in use. */
const NEXT = '.next';

export class OwnKeys {
  readonly files: KeyFiles;
  readonly #config: Config;
  readonly #folders: KeyFolders;
  readonly #tlsFiles: WatchedFiles;
  #keys: Keys;
  /** Counts changes: who keeps something that was made with these keys makes it anew. */
  revision = 0;

  private constructor(config: Config, files: KeyFiles, folders: KeyFolders, keys: Keys) {
    this.#config = config;
    this.files = files;
    this.#folders = folders;
    this.#keys = keys;
    this.#tlsFiles = new WatchedFiles(() => Object.values(config.keys.tls));
  }

  /** Throws `config-invalid` for a key that is not what its role needs. */
  static async open(config: Config): Promise<OwnKeys> {
    const files = new KeyFiles(config.keys.passphrase);
    const folders = keyFolders(config.data);
    return new OwnKeys(config, files, folders, await readKeys(config, files, folders));
  }

  get statement(): Signer {
    return this.#keys.statement.used;
  }

  /** Every one for which something may still be sealed. */
  get openers(): readonly Opener[] {
    return this.#keys.encryption.held;
  }

  get tls(): TlsIdentity {
    return this.#keys.tls.used;
  }

  get published(): PublishedKeys {
    const { entity, statement, encryption, tls } = this.#keys;
    return { entity: usedFirst(entity), statement: statement.shown, encryption: beginning(encryption), tls: tls.shown.map(pinned) };
  }

  /** The same as if `next` were published already. */
  publishedWith(role: RotatingRole, next: Signer | Opener | TlsIdentity): PublishedKeys {
    const added: PublishedKey | Signer = 'pin' in next ? pinned(next) : next;
    // The next entity key signs: that is what has to be believed of it.
    return { ...this.published, [role]: [added, ...this.published[role]] };
  }

  /** Of the key in use. Throws `config-invalid` for an entity key without the group `federation`. */
  current(role: RotatingRole): PublishedKey {
    if (role === 'tls') return pinned(this.tls);
    const held = this.#keys[role];
    if (held === undefined) throw new CausewayError('config-invalid', 'gateway.yaml has no group `federation`: there is no entity key');
    return held.used;
  }

  plan(role: RotatingRole): KeyPlan | undefined {
    return this.#keys[role]?.plan;
  }

  /** Reads everything again after a plan was written. Throws as `open`; then all stays as it was. */
  async reload(): Promise<void> {
    this.#keys = await readKeys(this.#config, this.files, this.#folders);
    this.revision += 1;
  }

  /**
   * Takes a renewed certificate over the same key. Another key is taken by a change of keys alone, or at a start: the peer pins the one in
   * use. Throws `config-invalid` for files that cannot be taken, once for each state of them.
   */
  look(): void {
    if (!this.#tlsFiles.changed() || this.#keys.tls.plan !== undefined) return;
    const found = this.files.tls(this.#config.keys.tls);
    if (found.pin !== this.tls.pin) throw new CausewayError('config-invalid', `${this.#config.keys.tls.key} holds another key than the one in use: \`causeway keys rotate --role tls\` changes keys without an interruption`);
    this.#keys = { ...this.#keys, tls: only(found) };
    this.revision += 1;
  }

  /** Where the next key of a role is made. */
  nextFile(role: RotatingRole): string {
    return `${fileOf(role, this.#config)}${NEXT}`;
  }

  nextCertificate(): string {
    return `${this.#config.keys.tls.certificate}${NEXT}`;
  }

  /** The next key, as it lies on disk. */
  next(role: RotatingRole): Signer | Opener | TlsIdentity {
    return readNext(role, this.#config, this.files);
  }

  /** Puts the next key in the place of the old one, which is gone then. What was done already is left alone: a crash may lie between. */
  async replace(role: RotatingRole): Promise<void> {
    const moves = role === 'tls' ? [this.#config.keys.tls.certificate, this.#config.keys.tls.key] : [fileOf(role, this.#config)];
    for (const file of moves) if (existsSync(`${file}${NEXT}`)) await rename(`${file}${NEXT}`, file);
  }
}

async function readKeys(config: Config, files: KeyFiles, folders: KeyFolders): Promise<Keys> {
  const names = await folders.plans.ids();
  const plans = Object.fromEntries(await Promise.all(ROTATING.map(async (role) => [role, names.includes(role) ? await folders.plans.read(role) : undefined]))) as Readonly<Record<RotatingRole, KeyPlan | undefined>>;
  const { federation, keys } = config;
  const held = <K>(role: RotatingRole, read: (next: string) => K): Held<K> => heldBy(plans[role], read);
  return {
    ...(federation === undefined ? {} : { entity: held('entity', (next) => files.signer(lying(federation.entityKey, next))) }),
    statement: held('statement', (next) => files.signer(lying(keys.statement, next))),
    encryption: held('encryption', (next) => files.opener(lying(keys.encryption, next))),
    tls: held('tls', (next) => files.tls({ key: lying(keys.tls.key, next), certificate: lying(keys.tls.certificate, next) })),
  };
}

/** While the old key is being taken away, the next one may lie in its place already. */
function lying(file: string, suffix: string): string {
  return suffix === NEXT && !existsSync(`${file}${NEXT}`) ? file : `${file}${suffix}`;
}

function heldBy<K>(plan: KeyPlan | undefined, read: (suffix: string) => K): Held<K> {
  if (plan === undefined || plan.state === 'prepared') return { ...only(read('')), ...(plan && { plan }) };
  const next = read(NEXT);
  if (plan.state === 'retired') return { ...only(next), plan };
  const both = [next, read('')];
  if (plan.state === 'published') return { used: both[1]!, shown: both, held: both, plan };
  // What is known to be stolen is shown to nobody; it still opens what a peer sealed before it knew.
  return { used: next, shown: plan.reason === 'compromised' ? [next] : both, held: both, plan };
}

function only<K>(key: K): Held<K> {
  return { used: key, shown: [key], held: [key] };
}

/** The one in use signs our configuration, which names both: our anchor can state the next one before it is used. */
function usedFirst(held: Held<Signer> | undefined): readonly Signer[] {
  return held === undefined ? [] : [held.used, ...held.shown.filter((key) => key !== held.used)];
}

/** Peers seal for the newest key that has begun: the next one begins when it is to be used. */
function beginning({ shown, plan }: Held<Opener>): PublishedKey[] {
  return shown.map((key, index) => (index === 0 && shown.length > 1 && plan?.useFrom !== undefined ? { ...key, from: plan.useFrom } : key));
}

function pinned({ pin, key }: TlsIdentity): PublishedKey {
  return { kid: pin, key: publicOf(key) };
}

function publicOf(pem: string): KeyObject {
  return createPublicKey(pem);
}

function readNext(role: RotatingRole, config: Config, files: KeyFiles): Signer | Opener | TlsIdentity {
  const file = `${fileOf(role, config)}${NEXT}`;
  if (role === 'tls') return files.tls({ key: file, certificate: `${config.keys.tls.certificate}${NEXT}` });
  return role === 'encryption' ? files.opener(file) : files.signer(file);
}

function fileOf(role: RotatingRole, { keys, federation }: Config): string {
  if (role === 'tls') return keys.tls.key;
  if (role !== 'entity') return keys[role];
  if (federation === undefined) throw new CausewayError('config-invalid', 'gateway.yaml has no group `federation`: there is no entity key');
  return federation.entityKey;
}
