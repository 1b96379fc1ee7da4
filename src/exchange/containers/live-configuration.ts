/** The global configuration of our platform's instance while the gateway runs: fetched under its anchor, the last valid one kept, and every one that ever was. */
import { sha256 } from '../../crypto/digest.ts';
import { CausewayError, asCausewayError } from '../../errors.ts';
import type { ConfigurationAnchor } from '../../ecosystems/signed-documents/configuration-anchor.ts';
import { downloadConfiguration } from '../../ecosystems/signed-documents/configuration-client.ts';
import { currentConfiguration, keepConfiguration } from '../../ecosystems/signed-documents/configuration-folder.ts';
import { readSharedParameters } from '../../ecosystems/signed-documents/global-configuration.ts';
import type { GlobalConfiguration } from '../../ecosystems/signed-documents/global-configuration.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Downloaded } from '../../platform/download.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { Logger } from '../../platform/log.ts';

export interface LiveConfigurationOptions {
  readonly anchor: ConfigurationAnchor;
  /** Where it is kept. */
  readonly folder: string;
  /** Milliseconds between two downloads. */
  readonly refresh: number;
  readonly limits: XmlLimits;
  readonly clock: Clock;
  readonly log: Logger;
  get(url: string): Promise<Downloaded>;
}

export interface HeldConfiguration {
  readonly configuration: GlobalConfiguration;
  /** Hexadecimal SHA-256 of shared-params.xml: which copy of the history it is. */
  readonly sha256: string;
  /** UTC milliseconds. */
  readonly expires: number;
}

/** By what containers of an instance are judged. */
export interface ConfigurationSource {
  readonly instance: string;
  /** The last one that was verified, perhaps past its time. */
  readonly held: HeldConfiguration | undefined;
  look(): Promise<void>;
  close(): Promise<void>;
}

/** As operators wrote it, for a platform whose own configuration is not public: it ends when they replace it. Throws `malformed`. */
export function writtenConfiguration(sharedParameters: Uint8Array, limits: XmlLimits): ConfigurationSource {
  const configuration = readSharedParameters(sharedParameters, limits);
  const held = { configuration, sha256: sha256(sharedParameters).toString('hex'), expires: Number.POSITIVE_INFINITY };
  return { instance: configuration.instance, held, look: async () => {}, close: async () => {} };
}

export class LiveConfiguration implements ConfigurationSource {
  readonly #options: LiveConfigurationOptions;
  #held: HeldConfiguration | undefined;
  #next = 0;
  #failing = false;
  #looking: Promise<void> | undefined;

  /** Begins with what the last run left, whatever its age: who asks judges that. Throws `malformed` where that cannot be read. */
  constructor(options: LiveConfigurationOptions) {
    this.#options = options;
    const kept = currentConfiguration(options.folder, options.anchor.instance);
    if (kept?.expires !== undefined) this.#held = { configuration: readSharedParameters(kept.sharedParameters, options.limits), sha256: kept.sha256, expires: kept.expires };
  }

  get instance(): string {
    return this.#options.anchor.instance;
  }

  get held(): HeldConfiguration | undefined {
    return this.#held;
  }

  /** Downloads when it is time to. Overlapping calls join the one that runs; a failure leaves what is held. Never throws. */
  look(): Promise<void> {
    if (this.#options.clock.now() < this.#next) return Promise.resolve();
    this.#looking ??= this.#download().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async close(): Promise<void> {
    await this.#looking;
  }

  async #download(): Promise<void> {
    const { anchor, folder, refresh, limits, clock, log, get } = this.#options;
    try {
      const downloaded = await downloadConfiguration(anchor, get, clock.now());
      const configuration = readSharedParameters(downloaded.sharedParameters, limits);
      if (configuration.instance !== anchor.instance) throw new CausewayError('signature-untrusted', 'the shared parameters are of another instance than the anchor');
      const { sha256: digest, changed } = await keepConfiguration(folder, downloaded);
      this.#held = { configuration, sha256: digest, expires: downloaded.expires };
      if (changed || this.#failing) log.info({ instance: anchor.instance, sha256: digest, expires: new Date(downloaded.expires).toISOString() }, 'the global configuration is there');
      this.#failing = false;
    } catch (thrown) {
      if (!this.#failing) log.warn({ instance: anchor.instance, err: asCausewayError(thrown) }, 'the global configuration cannot be fetched; the last one stays');
      this.#failing = true;
    }
    this.#next = clock.now() + refresh;
  }
}
