/** What a gateway hands out without asking who reads it: its own configuration, and its country's anchor where the anchor has no web server. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayConfig } from '../config/config.ts';
import type { Clock } from '../platform/clock.ts';
import { CONFIGURATION_PATH, mediaTypeAt } from './layout.ts';
import { ownConfiguration } from './own-configuration.ts';

export interface Document {
  readonly contentType: string;
  readonly body: string;
}

/** Below it lies what the anchor publishes: a place for `federation.sources` of gateways abroad. */
export const ANCHOR_PREFIX = '/anchor';

/** Whether a path is one at which something may be published: it is read without a client certificate. */
export function isPublicPath(path: string): boolean {
  return path === CONFIGURATION_PATH || path.startsWith(`${ANCHOR_PREFIX}/`);
}

export class Publisher {
  readonly #config: GatewayConfig;
  readonly #clock: Clock;
  #own: { readonly body: string; readonly renew: number } | undefined;

  constructor(config: GatewayConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** The document at a path; undefined where there is none. Signs our own configuration anew at half of its life. */
  async get(path: string): Promise<Document | undefined> {
    const { federation } = this.#config;
    if (federation === undefined) return undefined;
    if (path === CONFIGURATION_PATH) return { contentType: 'application/entity-statement+jwt', body: await this.#configuration(federation.configurationLifetime) };
    const below = path.startsWith(`${ANCHOR_PREFIX}/`) ? path.slice(ANCHOR_PREFIX.length) : '';
    // Only paths of the layout name a file: nothing that a caller writes reaches the folder.
    const contentType = mediaTypeAt(below);
    if (federation.publish === undefined || contentType === undefined) return undefined;
    const body = await readFile(join(federation.publish, below), 'utf8').catch(() => undefined);
    return body === undefined ? undefined : { contentType, body: body.trim() };
  }

  async #configuration(lifetime: number): Promise<string> {
    const now = this.#clock.now();
    if (this.#own === undefined || now >= this.#own.renew) this.#own = { body: await ownConfiguration(this.#config, now), renew: now + lifetime / 2 };
    return this.#own.body;
  }
}
