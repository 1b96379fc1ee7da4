/** A gateway of a running pair turned into an edge: its country's systems ask it directly, and it calls the registers itself, in the place of the stand-in. */
import { after, before } from 'node:test';
import { Desk } from '../../src/sandbox/desk.ts';
import type { KitParts } from '../../src/sandbox/country.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { pinOf } from '../../src/sandbox/pki/credentials.ts';
import type { ServiceId } from '../../src/sandbox/plan.ts';
import type { TlsIdentity } from '../../src/sandbox/wire.ts';
import { WITHOUT_ECHO } from './gateway-folders.ts';
import { RunningPair } from './running-pair.ts';
import type { PairChanges, PairCountry } from './running-pair.ts';

type Changes = NonNullable<PairChanges['gateway']>;

export interface EdgeOptions {
  /** Services of the country that the peer may call. */
  readonly exported: readonly ServiceId[];
  /** Systems that may speak for their whole member too. */
  readonly members?: readonly string[];
  readonly more?: Changes;
}

/** What gateway.yaml of an edge says of its home. The registers of the sandbox know the certificate of their security server, so the edge has it. */
export function edgeChanges(pair: RunningPair, country: PairCountry, { exported, members = [] }: EdgeOptions): Changes {
  const { keys, plan, urlOf } = pair.countries[country];
  const { keyFile, certificateFile } = keys.securityServer;
  const { systems, services } = plan;
  const providerOf = (id: ServiceId) => services.flatMap((service) => (service.id === id && 'system' in service.at ? [service.at.system] : []))[0] ?? '';
  return [
    [['gateway', 'home'], 'edge'],
    [['listeners', 'domestic', 'tls', 'clients'], []],
    [['home', 'securityServers'], []],
    [['home', 'clients'], systems.flatMap(({ name, subsystem }) => [subsystem, ...(members.includes(name) ? [subsystem.split('/').slice(0, 3).join('/')] : [])].map((client) => ({ client, certificates: [keys.systems[name]?.tls.certificateFile] })))],
    [['home', 'services'], exported.map((service) => ({ service, url: urlOf(service), tls: { key: keyFile, certificate: certificateFile, pins: [keys.systems[providerOf(service)]?.tls.certificateFile] } }))],
  ];
}

/** Registers the start and the end, for the whole test file, of a pair in which `country`'s gateway is an edge. */
export function pairWithEdge(country: PairCountry, options: EdgeOptions): { readonly pair: RunningPair; readonly edge: Edge } {
  const pair = new RunningPair(EE_FI);
  const edge = new Edge(pair, country);
  before(async () => {
    await pair.start({ changes: WITHOUT_ECHO });
    await pair.reconfigure({ gateway: [...edgeChanges(pair, country, options), ...(options.more ?? [])] }, [country]);
  });
  after(async () => {
    await edge.close();
    await pair.end();
  });
  return { pair, edge };
}

/** Systems of the country at its edge. */
export class Edge {
  readonly #pair: RunningPair;
  readonly #country: PairCountry;
  readonly #desks: Desk[] = [];

  constructor(pair: RunningPair, country: PairCountry) {
    this.#pair = pair;
    this.#country = country;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#pair.gateway(this.#country).ports.domestic}`;
  }

  /** Pin of the edge's own certificate. */
  get pin(): string {
    return pinOf(this.#pair.countries[this.#country].keys.gateway.tls);
  }

  /** What its agencies ask for abroad. */
  get foreign(): KitParts['foreign'] {
    const { plan } = this.#pair.countries[this.#country];
    return (subject) => {
      const service = plan.foreign.get(subject);
      if (service === undefined) throw new Error(`nobody answers about ${subject}`);
      return service;
    };
  }

  identity(system: string): TlsIdentity {
    const found = this.#pair.countries[this.#country].keys.systems[system]?.tls;
    if (found === undefined) throw new Error(`no system ${system}`);
    return found;
  }

  /** A connection with the certificate of `system`, or another. */
  desk(identity: string | TlsIdentity): Desk {
    const desk = new Desk({ securityServerUrl: this.url, pin: this.pin, identity: typeof identity === 'string' ? this.identity(identity) : identity, connections: 4, patience: 30_000 });
    this.#desks.push(desk);
    return desk;
  }

  async close(): Promise<void> {
    await Promise.all(this.#desks.map((desk) => desk.close()));
  }
}

