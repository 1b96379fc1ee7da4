/** What a gateway hands out without asking who reads it: its own configuration, and its country's anchor where the anchor has no web server. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayConfig } from '../config/config.ts';
import type { Clock } from '../platform/clock.ts';
import { CausewayError } from '../errors.ts';
import { CONFIGURATION_PATH, HISTORICAL_KEYS_PATH, mediaTypeAt } from './layout.ts';
import { historicalOwnKeys, readHistory } from './own/key-history.ts';
import type { OwnKeys } from './own/own-keys.ts';
import { ownConfiguration } from './own-configuration.ts';

export interface Document {
  readonly contentType: string;
  readonly body: string;
}

/** Below it lies what the anchor publishes: a place for `federation.sources` of gateways abroad. */
export const ANCHOR_PREFIX = '/anchor';

/** Whether a path is one at which something may be published: it is read without a client certificate. */
export function isPublicPath(path: string): boolean {
  return path === CONFIGURATION_PATH || path === HISTORICAL_KEYS_PATH || path.startsWith(`${ANCHOR_PREFIX}/`);
}

/** What we sign ourselves and hand out until it is signed anew. */
interface Signed {
  readonly body: string;
  readonly revision: number;
  readonly renew: number;
}

/** Milliseconds for which a list of historical keys is handed out; a change of keys makes a new one at once. */
const HISTORY_MS = 60 * 60 * 1000;

export class Publisher {
  readonly #config: GatewayConfig;
  readonly #keys: OwnKeys;
  readonly #clock: Clock;
  readonly #signed = new Map<string, Signed>();

  constructor(config: GatewayConfig, keys: OwnKeys, clock: Clock) {
    this.#config = config;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** The document at a path; undefined where there is none. Signs our own configuration anew at half of its life, and when our keys change. */
  async get(path: string): Promise<Document | undefined> {
    const { federation } = this.#config;
    if (federation === undefined) return undefined;
    if (path === CONFIGURATION_PATH) return { contentType: 'application/entity-statement+jwt', body: await this.#fresh(path, federation.configurationLifetime / 2, (now) => ownConfiguration(this.#config, this.#keys.published, now)) };
    if (path === HISTORICAL_KEYS_PATH) return { contentType: 'application/jwk-set+jwt', body: await this.#fresh(path, HISTORY_MS, (now) => this.#history(now)) };
    const below = path.startsWith(`${ANCHOR_PREFIX}/`) ? path.slice(ANCHOR_PREFIX.length) : '';
    // Only paths of the layout name a file: nothing that a caller writes reaches the folder.
    const contentType = mediaTypeAt(below);
    if (federation.publish === undefined || contentType === undefined) return undefined;
    const body = await readFile(join(federation.publish, below), 'utf8').catch(() => undefined);
    return body === undefined ? undefined : { contentType, body: body.trim() };
  }

  async #fresh(path: string, lifetime: number, sign: (now: number) => Promise<string>): Promise<string> {
    const now = this.#clock.now();
    const { revision } = this.#keys;
    const kept = this.#signed.get(path);
    if (kept !== undefined && kept.revision === revision && now < kept.renew) return kept.body;
    const body = await sign(now);
    this.#signed.set(path, { body, revision, renew: now + lifetime });
    return body;
  }

  #history(now: number): Promise<string> {
    const [signer] = this.#keys.published.entity;
    if (signer === undefined) throw new CausewayError('internal', 'no entity key was read');
    return historicalOwnKeys(this.#config.gateway.entity, readHistory(this.#config.data), signer, now);
  }
}
