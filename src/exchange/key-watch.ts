/** Our keys while the gateway runs: changes that were ordered are carried out, and files that were replaced are taken. */
import type { GatewayConfig } from '../config/config.ts';
import { TlsIdentities } from '../crypto/tls-identities.ts';
import type { TlsIdentity } from '../crypto/key-files.ts';
import { asCausewayError } from '../errors.ts';
import { keyFolders } from '../trust/own/key-plan.ts';
import type { OwnKeys } from '../trust/own/own-keys.ts';
import { ownConfiguration } from '../trust/own-configuration.ts';
import { Rotating } from './rotating.ts';
import type { RotatingOptions } from './rotating.ts';

/** Milliseconds between two looks. */
const LOOK_MS = 250;

/** What each TLS listener shows of itself. */
export interface ShownIdentities {
  readonly domestic: TlsIdentity;
  readonly federation: TlsIdentity;
}

export class KeyWatch {
  readonly keys: OwnKeys;
  /** Those towards our own country. */
  readonly identities: TlsIdentities;
  readonly #domestic: () => TlsIdentity;
  #rotating: Rotating | undefined;
  #log: RotatingOptions['log'] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #seen: TlsIdentity;

  constructor({ listeners }: Pick<GatewayConfig, 'listeners'>, keys: OwnKeys) {
    this.keys = keys;
    this.#seen = keys.tls;
    this.identities = new TlsIdentities(keys.files);
    this.#domestic = this.identities.of(listeners.domestic.tls);
  }

  get shown(): ShownIdentities {
    return { domestic: this.#domestic(), federation: this.keys.tls };
  }

  get warnings(): readonly string[] {
    return this.#rotating?.warnings ?? [];
  }

  /** Begins to look; what the last run left open goes on. `renew`: new connections are to be shown what is in use now. */
  start(config: GatewayConfig, parts: Omit<RotatingOptions, 'config' | 'keys' | 'folders' | 'configuration'>, renew: (shown: ShownIdentities) => void): void {
    const configuration: RotatingOptions['configuration'] = async (published, now) => (config.federation === undefined ? undefined : ownConfiguration(config, published, now));
    this.#log = parts.log;
    this.#rotating = new Rotating({ config, keys: this.keys, folders: keyFolders(config.data), configuration, ...parts });
    this.#timer = setInterval(() => void this.#look(renew), LOOK_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#rotating?.close();
  }

  async #look(renew: (shown: ShownIdentities) => void): Promise<void> {
    await this.#rotating?.look();
    const { changed, refused } = this.identities.look();
    for (const error of refused) this.#log?.error({ err: error }, 'a TLS identity was replaced and cannot be taken; the last one goes on');
    try {
      this.keys.look();
    } catch (thrown) {
      this.#log?.error({ err: asCausewayError(thrown) }, 'our TLS identity towards peers was replaced and is not taken; the last one goes on');
    }
    if (!changed && this.keys.tls === this.#seen) return;
    this.#seen = this.keys.tls;
    renew(this.shown);
    this.#log?.info({}, 'new connections are shown another TLS identity');
  }
}
