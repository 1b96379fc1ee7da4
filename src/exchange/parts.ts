/** What the two flows are given: everything as an argument, no sockets, no clocks of their own (house.md, laws 5 and 9). */
import type { Dialect } from '../ecosystems/ecosystem.ts';
import type { Handover } from '../ecosystems/calling-home.ts';
import type { ProofPolicy } from '../ecosystems/proof-policy.ts';
import type { Grant } from '../federation/link.ts';
import type { SealedBytes } from '../federation/peer-client.ts';
import type { AgeTolerance } from '../federation/statement.ts';
import type { ExportedService, IdentifierMap } from '../mapping/mappings.ts';
import type { Clock } from '../platform/clock.ts';
import type { HttpReply } from '../platform/http-client.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { Spool } from '../platform/spool.ts';
import type { Content, DialectName, Operation } from '../stages.ts';
import type { Quotas } from './authorise.ts';
import type { Observe, Offer } from './flow.ts';
import type { InFlight } from './in-flight.ts';
import type { Journal } from './journal.ts';

interface Shared {
  readonly country: string;
  /** Our entity id. */
  readonly entity: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly identifiers: IdentifierMap;
  readonly limits: { readonly xml: XmlLimits; answerBytes(grant: Grant): number };
  /** Messages that do not fit in memory. */
  readonly spool: Spool;
  readonly observe: Observe;
}

export interface OutboundParts extends Shared {
  /** Requests from home, by member and message id. */
  readonly inFlight: InFlight<HttpReply<Content>>;
  /** Questions that are being asked, by exchange id; drained before the process ends. */
  readonly asking: InFlight<HttpReply<Content>>;
  /** Aborted when the process stops: what is still open then is asked on at the next start. */
  readonly stop: AbortSignal;
  /** Makes pseudonyms of end users where the leg wants them. */
  readonly pseudonymKey: () => Uint8Array;
  /** Throws `unknown-service`. */
  offerAt(path: string): Offer;
}

export interface InboundParts extends Shared {
  /** Requests of peers, by exchange id. */
  readonly inFlight: InFlight<SealedBytes>;
  readonly quotas: Quotas;
  readonly tolerance: AgeTolerance;
  /** UTC milliseconds: what a link's peer signed before may be an exchange whose outcome was lost with a disk. */
  notBefore(link: string): number;
  /** Whether services at home are told the foreign member as represented party too. */
  readonly namesRepresentedParty: boolean;
  /** Where requests for a service of ours are handed over. */
  handover(service: ExportedService): Handover;
  policy(form: Grant['proof'], vouching: Handover): ProofPolicy;
  dialect(name: DialectName): Dialect;
  /** Throws `unknown-service`. */
  exportedService(service: string, operation: Operation): ExportedService;
}
