/**
 * Our own keys as they are at the moment, each role by its plan: which one signs, which ones open, which ones peers are shown. What changes
 * acts on the next use. Where gateway.yaml says, in a file or a token, is the key in use; while it changes, the next one stands beside it.
 */
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfig } from '../../config/config.ts';
import { KeyFiles } from '../../crypto/key-files.ts';
import { KeyStore } from '../../crypto/key-store.ts';
import { Token } from '../../crypto/hsm/token.ts';
import type { TlsIdentity } from '../../crypto/key-files.ts';
import type { Opener } from '../../crypto/jwe.ts';
import type { Signer } from '../../crypto/jws.ts';
import { CausewayError } from '../../errors.ts';
import { WatchedFiles } from '../../platform/watched-files.ts';
import { ROTATING, keyFolders } from './key-plan.ts';
import type { KeyFolders, KeyPlan, RotatingRole } from './key-plan.ts';
import type { PublishedKey, PublishedKeys } from './published-keys.ts';

type Config = Pick<GatewayConfig, 'data' | 'keys' | 'federation' | 'pkcs11'>;

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
  readonly store: KeyStore;
  /** Where some key is in one. */
  readonly token: Token | undefined;
  readonly #config: Config;
  readonly #folders: KeyFolders;
  readonly #tlsFiles: WatchedFiles;
  #keys: Keys;
  /** Counts changes: who keeps something that was made with these keys makes it anew. */
  revision = 0;

  private constructor(config: Config, store: KeyStore, token: Token | undefined, folders: KeyFolders, keys: Keys) {
    this.#config = config;
    this.store = store;
    this.token = token;
    this.#folders = folders;
    this.#keys = keys;
    this.#tlsFiles = new WatchedFiles(() => Object.values(config.keys.tls));
  }

  /** Throws `config-invalid` for a key that is not what its role needs. */
  static async open(config: Config): Promise<OwnKeys> {
    const token = config.pkcs11 && new Token(config.pkcs11);
    const store = new KeyStore(new KeyFiles(config.keys.passphrase), token);
    const folders = keyFolders(config.data);
    try {
      return new OwnKeys(config, store, token, folders, await readKeys(config, store, folders));
    } catch (thrown) {
      await token?.close();
      throw thrown;
    }
  }

  /** Keys are read without being used: for commands. Throws as `open`. */
  static async with<T>(config: Config, use: (keys: OwnKeys) => T | Promise<T>): Promise<T> {
    const keys = await OwnKeys.open(config);
    try {
      return await use(keys);
    } finally {
      await keys.close();
    }
  }

  get files(): KeyFiles {
    return this.store.files;
  }

  /** Why some of them cannot be used now; undefined where all can. */
  get loss(): string | undefined {
    return this.token?.loss;
  }

  async close(): Promise<void> {
    await this.token?.close();
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
    this.#keys = await readKeys(this.#config, this.store, this.#folders);
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
  nextOf(role: RotatingRole): string {
    return `${placeOf(role, this.#config)}${NEXT}`;
  }

  nextCertificate(): string {
    return `${this.#config.keys.tls.certificate}${NEXT}`;
  }

  /** The next key, as it was made. */
  async next(role: RotatingRole): Promise<Signer | Opener | TlsIdentity> {
    const place = this.nextOf(role);
    if (role === 'tls') return this.files.tls({ key: place, certificate: this.nextCertificate() });
    return role === 'encryption' ? this.store.opener(place) : this.store.signer(place);
  }

  /** Puts the next key in the place of the old one, which is gone then. What was done already is left alone: a crash may lie between. `moved`: told of each file. */
  async replace(role: RotatingRole, moved: () => void): Promise<void> {
    const moves = role === 'tls' ? [this.#config.keys.tls.certificate, this.#config.keys.tls.key] : [placeOf(role, this.#config)];
    for (const place of moves) {
      await this.store.replace(`${place}${NEXT}`, place);
      moved();
    }
  }
}

type Plans = Readonly<Record<RotatingRole, KeyPlan | undefined>>;

/** A command may read while the running gateway changes keys: what does not fit together is read again, as long as the plans say something new. */
async function readKeys(config: Config, store: KeyStore, folders: KeyFolders): Promise<Keys> {
  const plans = await readPlans(folders);
  try {
    return await readPlanned(plans, config, store);
  } catch (thrown) {
    if (isDeepStrictEqual(await readPlans(folders), plans)) throw thrown;
    return readKeys(config, store, folders);
  }
}

async function readPlans(folders: KeyFolders): Promise<Plans> {
  return Object.fromEntries(await Promise.all(ROTATING.map(async (role) => [role, await folders.plans.find(role)]))) as Plans;
}

async function readPlanned(plans: Plans, config: Config, store: KeyStore): Promise<Keys> {
  const { federation, keys } = config;
  const lies = (place: string, suffix: string) => lying(place, suffix, store);
  return {
    ...(federation === undefined ? {} : { entity: await heldBy(plans.entity, async (next) => store.signer(await lies(federation.entityKey, next))) }),
    statement: await heldBy(plans.statement, async (next) => store.signer(await lies(keys.statement, next))),
    encryption: await heldBy(plans.encryption, async (next) => store.opener(await lies(keys.encryption, next))),
    tls: await heldBy(plans.tls, async (next) => store.files.tls({ key: await lies(keys.tls.key, next), certificate: await lies(keys.tls.certificate, next) })),
  };
}

/** While the old key is being taken away, the next one may lie in its place already. */
async function lying(place: string, suffix: string, store: KeyStore): Promise<string> {
  return suffix === NEXT && !(await store.has(`${place}${NEXT}`)) ? place : `${place}${suffix}`;
}

async function heldBy<K>(plan: KeyPlan | undefined, read: (suffix: string) => Promise<K>): Promise<Held<K>> {
  if (plan === undefined || plan.state === 'prepared') return { ...only(await read('')), ...(plan && { plan }) };
  const next = await read(NEXT);
  if (plan.state === 'retired') return { ...only(next), plan };
  const old = await read('');
  const both = [next, old];
  if (plan.state === 'published') return { used: old, shown: both, held: both, plan };
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

function placeOf(role: RotatingRole, { keys, federation }: Config): string {
  if (role === 'tls') return keys.tls.key;
  if (role !== 'entity') return keys[role];
  if (federation === undefined) throw new CausewayError('config-invalid', 'gateway.yaml has no group `federation`: there is no entity key');
  return federation.entityKey;
}
