/**
 * What a dialect adds on a gateway that information systems talk to directly (gateway.yaml, `gateway.home: edge`): the part of their own
 * security server. A dialect has an entry point there by having an `edge`; nothing else names it.
 */
import type { DescribedService } from '../mapping/describe/services.ts';
import type { HomeService } from '../mapping/mappings.ts';
import type { HttpMessage, HttpReply } from '../platform/http-client.ts';
import type { XmlLimits } from '../platform/limits.ts';
import type { DomesticMember, DomesticService } from '../stages.ts';

/** A request as an information system sent it. */
export interface EdgeArrival {
  /** `target` is that of the request line, whole. */
  readonly http: HttpMessage;
  /** Names and values as they came, in their order: request hashes cover them so. */
  readonly headerLines: readonly HeaderLine[];
}

export type HeaderLine = readonly [name: string, value: string];

export interface Edge {
  /** Path of the domestic listener that is this dialect's, with all that lies below it; `/` is the bare root alone. */
  readonly path: string;

  /** Reads who asks for what, and nothing else of the message. `services`: what is offered. Throws `malformed`, `too-large`. */
  address(arrival: EdgeArrival, services: readonly HomeService[], limits: XmlLimits): Addressed;

  /** Documents about what is offered, by their paths. Dialects of one platform may share them. */
  readonly documents?: Readonly<Record<string, EdgeDocument>>;
}

export interface Addressed {
  readonly client: DomesticMember;
  readonly service: DomesticService;
  /** The request as a security server forwards it to a service URL: what Dialect.parseRequest reads. */
  readonly forwarded: HttpMessage;
  /** The answer to `forwarded` with what a security server adds for the asker. A refusal passes as it is. */
  complete(reply: HttpReply): HttpReply;
  /** Where the request is for the platform itself, about its services: the answer, before `complete`. Throws `unknown-member`, `unknown-service`, `malformed`. */
  readonly metaservice?: (catalogue: Catalogue) => HttpReply;
}

/** `accept`: media types that the caller takes. Throws `malformed`, `unknown-service`. */
export type EdgeDocument = (query: URLSearchParams, accept: string | undefined, catalogue: Catalogue) => HttpReply;

/** What is offered at an edge, and to whom. */
export interface Catalogue {
  readonly instance: string;
  /** Who asks here, and under which names foreign services are offered. */
  readonly clients: readonly DomesticMember[];
  readonly services: readonly DescribedService[];
  /** Whether a link grants it now. */
  allows(client: DomesticMember, service: HomeService): boolean;
}
