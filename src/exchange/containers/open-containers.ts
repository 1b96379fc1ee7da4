/** Signed containers as gateway.yaml and the links want them: what the composition root holds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GatewayConfig } from '../../config/config.ts';
import type { CallingHome } from '../../ecosystems/calling-home.ts';
import type { Dialect } from '../../ecosystems/ecosystem.ts';
import { readAnchor } from '../../ecosystems/signed-documents/configuration-anchor.ts';
import { fetchContainers } from '../../ecosystems/signed-documents/fetch.ts';
import type { ContainerQuestion } from '../../ecosystems/signed-documents/fetch.ts';
import { CausewayError } from '../../errors.ts';
import { download } from '../../platform/download.ts';
import type { AwaitedContainer } from '../../trail/store.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Peer } from '../flow.ts';
import { awaitedContainer } from './awaiting.ts';
import type { CrossedMessage } from './awaiting.ts';
import { Collecting } from './collecting.ts';
import type { CollectingOptions } from './collecting.ts';
import { LiveConfiguration, writtenConfiguration } from './live-configuration.ts';
import type { ConfigurationSource } from './live-configuration.ts';

export interface ContainerParts extends Pick<CollectingOptions, 'store' | 'keks' | 'escrow' | 'peers' | 'clock' | 'clockState' | 'log'> {
  readonly home: CallingHome;
  readonly dependencies: Pick<Dependencies, 'report'>;
  dialect(name: string): Dialect;
}

/** None where gateway.yaml does not say by what they are judged: then no leg asks for them (config/check-containers.ts). Throws `config-invalid`. */
export function openContainers(config: GatewayConfig, parts: ContainerParts): Containers | undefined {
  const { containers } = config.home;
  return containers === undefined ? undefined : new Containers(config, containers, parts);
}

export class Containers {
  readonly #collecting: Collecting;
  readonly #configuration: ConfigurationSource;
  readonly #parts: Pick<ContainerParts, 'peers' | 'clock' | 'dependencies'>;
  readonly #row: (message: CrossedMessage) => AwaitedContainer | undefined;

  constructor(config: GatewayConfig, settings: NonNullable<GatewayConfig['home']['containers']>, { home, dialect, ...parts }: ContainerParts) {
    this.#configuration = configurationOf(config, settings, parts);
    this.#collecting = new Collecting({ ...parts, configuration: this.#configuration, settings, limits: config.limits.xml, logged: (name) => dialect(name).logged, fetch: (asked) => fetchEverywhere(asked, config, settings, home) });
    const { hasRoom } = this.#collecting;
    this.#row = (message) => awaitedContainer(message, { retryAfter: settings.retryAfter, isLogged: (name) => dialect(name).logged !== undefined, hasRoom });
    this.#parts = parts;
  }

  /** For the commit in which a message crosses. */
  awaits = (message: CrossedMessage): AwaitedContainer | undefined => this.#row(message);

  get counts(): Collecting['counts'] {
    return this.#collecting.counts;
  }

  /** To be called every second. Never throws. */
  async look(): Promise<void> {
    await this.#collecting.look();
    const { peers, dependencies } = this.#parts;
    for (const { link } of peers.filter(asksForContainers)) dependencies.report('globalConfiguration', this.#loss(), link.id);
  }

  close(): Promise<void> {
    return this.#collecting.close();
  }

  #loss(): Parameters<Dependencies['report']>[1] {
    const { held, instance } = this.#configuration;
    if (held === undefined) return { why: `there is no global configuration of ${instance} yet` };
    return held.expires > this.#parts.clock.now() ? undefined : { why: `the global configuration of ${instance} has expired`, since: held.expires };
  }
}

function asksForContainers({ link }: Peer): boolean {
  return link.versions.some(({ out, in: inward }) => [out, inward].some(({ containers = 'none' }) => containers !== 'none'));
}

/** Throws `config-invalid` for a file that is none, or of another instance than our own: no other country's authorities judge our members. */
function configurationOf(config: GatewayConfig, { configuration: { anchor, file = '', refresh, timeout, maxBytes } }: NonNullable<GatewayConfig['home']['containers']>, { clock, log }: Pick<ContainerParts, 'clock' | 'log'>): ConfigurationSource {
  const path = anchor ?? file;
  const limits = config.limits.xml;
  try {
    const source = anchor === undefined ? writtenConfiguration(readFileSync(file), limits) : new LiveConfiguration({ anchor: readAnchor(readFileSync(anchor), limits), folder: join(config.data, 'configuration'), refresh, limits, clock, log, get: (url) => download(url, { timeout, maxBytes }) });
    if (source.instance === config.home.member.instance) return source;
    throw new CausewayError('config-invalid', `it is of ${source.instance}, not of ${config.home.member.instance}`);
  } catch (cause) {
    throw new CausewayError('config-invalid', `home.containers: ${path}: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
}

/** Each of our security servers logs what went through it. Throws where none has a container and one could not be asked. */
async function fetchEverywhere(asked: Pick<ContainerQuestion, 'messageId' | 'step'>, config: GatewayConfig, { timeout, maxBytes }: NonNullable<GatewayConfig['home']['containers']>, { servers }: CallingHome): Promise<readonly Uint8Array[]> {
  const platform = config.ecosystem.platform === 'uxp' ? 'uxp' : 'xroad';
  const question = { platform, member: config.home.member, messageId: asked.messageId, step: asked.step } as const;
  const outcomes = await Promise.allSettled(servers.map((connection) => fetchContainers(question, connection, { signal: AbortSignal.timeout(timeout), maxBytes })));
  const found = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (found.length === 0 && failed !== undefined) throw failed.reason;
  return found;
}
