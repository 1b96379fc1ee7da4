/** Who is connected here, what is offered here, and who may call it: denied unless granted. */
import type { ServiceId, SubsystemId } from '../plan.ts';
import { PlatformFault } from './fault.ts';

export interface OfferedService {
  readonly id: ServiceId;
  readonly protocol: 'soap' | 'rest';
  readonly provider: SubsystemId;
  /** Where the platform forwards to; asked at each message, since a provider may move. */
  readonly url: () => string | undefined;
  readonly allowed: ReadonlySet<SubsystemId>;
}

export class Registry {
  readonly #clients: ReadonlyMap<SubsystemId, ReadonlySet<string>>;
  readonly #services: ReadonlyMap<ServiceId, OfferedService>;

  /** `clients`: fingerprints of the internal TLS certificates registered for each subsystem (connection type SSLAUTH). */
  constructor(clients: ReadonlyMap<SubsystemId, ReadonlySet<string>>, services: readonly OfferedService[]) {
    this.#clients = clients;
    this.#services = new Map(services.map((service) => [service.id, service]));
  }

  clients(): readonly SubsystemId[] {
    return [...this.#clients.keys()];
  }

  services(provider: SubsystemId): readonly OfferedService[] {
    return [...this.#services.values()].filter((service) => service.provider === provider);
  }

  /** X-Road "Client IS TLS", SSLAUTH: the client is registered and the connection shows one of its certificates. */
  authenticate(client: SubsystemId, fingerprint: string | undefined): void {
    const certificates = this.#clients.get(client);
    if (certificates === undefined) throw new PlatformFault('server.clientproxy.unknown_member', `Client '${client}' is not found`);
    if (fingerprint === undefined || !certificates.has(fingerprint)) {
      throw new PlatformFault('server.clientproxy.ssl_authentication_failed', `Client (${client}) did not show a TLS certificate that is registered for it`);
    }
  }

  /** `id`, with the version of the only service that has it without one: UXP lets askers leave it out. */
  versionOf(id: ServiceId): ServiceId {
    const [only, another] = [...this.#services.keys()].filter((known) => known === id || known.startsWith(`${id}/`));
    return this.#services.has(id) || only === undefined || another !== undefined ? id : only;
  }

  /** Whether a connection may read the message log of a member: one of its subsystems has registered the certificate. */
  speaksFor(member: string, fingerprint: string | undefined): boolean {
    return fingerprint !== undefined && [...this.#clients].some(([client, certificates]) => client.startsWith(`${member}/`) && certificates.has(fingerprint));
  }

  /** The service `id`, if it speaks `protocol` and `client` has a right to it. */
  authorise(client: SubsystemId, id: ServiceId, protocol: 'soap' | 'rest'): OfferedService {
    const service = this.#services.get(id);
    if (service === undefined) throw new PlatformFault('server.serverproxy.unknown_service', `Service is not found: ${id}`);
    if (service.protocol !== protocol) {
      const [is, not] = protocol === 'soap' ? ['REST', 'SOAP'] : ['SOAP', 'REST'];
      throw new PlatformFault('server.serverproxy.service_type', `Service is a ${is} service and cannot be called using the ${not} interface`);
    }
    if (!service.allowed.has(client)) throw new PlatformFault('server.serverproxy.access_denied', `Request is not allowed: ${id}`);
    return service;
  }
}
