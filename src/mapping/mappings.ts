/** The contract of the mapping room: one country's identifiers, services and translations, compiled and checked (mapping.md). Pure but for load. */
import type { Checks } from './codecs/codec.ts';
import type { NeededField } from './needed.ts';
import type { NeutralForm } from './neutral.ts';
import type { Purposes } from './purposes.ts';
import type { Subjects } from './subjects.ts';
import type { DialectName, DomesticMember, DomesticRequest, DomesticResponse, DomesticService, Mapped, MappingRef, NeutralRef, Opened, Operation, Payload, Verified } from '../stages.ts';

/** The form of the payloads of each dialect that there is: all that this room knows of dialects. */
export type DialectForms = Readonly<Record<DialectName, Payload['form']>>;

/** A service as this country's platform names it, with the operation that is called on it. */
export interface HomeService {
  readonly dialect: DialectName;
  readonly service: DomesticService;
  readonly operation: Operation;
  /** Its messages cross as they are, but for the identifiers: no mapping reads them. */
  readonly passthrough?: true;
  /** How a SOAP service takes attachments: referred to by text, which is the default, or by xop:Include. */
  readonly attachments?: 'swa' | 'mtom';
}

/** A foreign service as it appears at home: a service of the gateway's own member. */
export interface ImportedService {
  /** Federated identifier and operation, as the link names them. */
  readonly service: string;
  readonly operation: Operation;
  readonly home: HomeService;
  /** Path of the service URL on the domestic listener, e.g. `/services/ee-employment-income`. */
  readonly path: string;
  readonly purposes: Purposes;
  /** What all of its revisions translate to. */
  readonly neutral: Translation['neutral'];
  readonly revisions: readonly Revision[];
}

/** A service of our country that the peer may call. */
export interface ExportedService {
  readonly service: string;
  readonly operation: Operation;
  readonly home: HomeService;
  readonly purposes: Purposes;
  /** What all of its revisions translate to. */
  readonly neutral: Translation['neutral'];
  readonly revisions: readonly Revision[];
}

/** One revision of a service's mapping, and when it is in force. A service has one at least; those that were replaced may stand among them for as long as they may be asked for. */
export interface Revision {
  readonly translation: Translation;
  /** UTC milliseconds: in force from, and before. */
  readonly from: number;
  readonly to: number;
}

export interface IdentifierMap {
  readonly country: string;
  /** The gateway's own member: foreign members are its subsystems, foreign services its services. */
  readonly gateway: DomesticMember;
  /** Member classes of our platform that have identifiers on a link. */
  readonly classes: readonly string[];
  /** Federated identifier of a member of our country. Throws `unknown-member`. */
  toFederated(member: DomesticMember): string;
  /** The subsystem of the gateway's own member under which a foreign member appears at home. Throws `unknown-member`. */
  foreignClient(federated: string): DomesticMember;
  /** The foreign member as represented party; its code is prefixed by the country so that it never reads as domestic. */
  representedParty(federated: string): { readonly partyClass?: string; readonly partyCode: string };
}

/** What a link asks of one translation. */
export interface LinkTerms {
  /** Neutral fields that may cross (field-list.ts); for what goes to neutral. */
  readonly fields?: readonly string[] | undefined;
  /** Policy for check digits, in place of the mapping's own. */
  readonly checks?: Checks | undefined;
}

/**
 * One mapping, compiled to closures, in all four directions. What goes to neutral is valid against the neutral schema, and cut down to the fields that
 * may cross where the grant lists them. Throws `mapping-failed` for requests
 * and `service-answer-unmappable` for answers, with `facts.field` as a path in the form that was read.
 */
export interface Translation {
  /** What the two schemas (request and response) are pinned by in the link. */
  readonly neutral: NeutralRef | 'passthrough';
  readonly ref: MappingRef;
  readonly schemas: NeutralForm['schemas'];
  /** Whom a neutral document is about (subjects.ts). */
  readonly subjects: Subjects;
  /** Neutral fields without which nothing can be written at home. */
  needed(kind: 'request' | 'response'): readonly NeededField[];
  requestToNeutral(request: Verified<DomesticRequest>, terms?: LinkTerms): Mapped<'neutral'>;
  requestToDomestic(request: Opened, terms?: LinkTerms): Mapped<'domestic'>;
  responseToNeutral(response: Verified<DomesticResponse>, terms?: LinkTerms): Mapped<'neutral'>;
  /** `request` is the domestic request that is answered: some registers echo it. */
  responseToDomestic(response: Opened, request: Verified<DomesticRequest>, terms?: LinkTerms): Mapped<'domestic'>;
  /**
   * An echo of our own: the question, or the answer to `answered`. A token is all that can be written at home without having been opened. Throws `internal` for a mapping of another
   * neutral form, `neutral-invalid` for what is no token.
   */
  echoToDomestic(token: string, answered?: Verified<DomesticRequest>): Mapped<'domestic'>;
  /** Validates a neutral document against the schema of the leg. Throws `neutral-invalid` with `facts.field`. */
  checkNeutral(kind: 'request' | 'response', document: unknown): void;
}

/** A file of the country that a set was made of. */
export interface MappingSource {
  /** Under the mappings folder. */
  readonly path: string;
  /** base64url, of its bytes. */
  readonly sha256: string;
  /** Of a mapping; absent for identifiers.yaml and services.yaml. */
  readonly mapping?: { readonly id: string; readonly revision: number };
}

export interface MappingSet {
  readonly sources: readonly MappingSource[];
  readonly identifiers: IdentifierMap;
  readonly imported: readonly ImportedService[];
  readonly exported: readonly ExportedService[];
}

/**
 * Reads and compiles `mappings/<country>/` under `folder`; nothing unchecked is returned. Throws `config-invalid` with every problem (file, line, hint).
 * Signature of loadMappings in load.ts: (folder: string, country: string, forms: DialectForms) => Promise<MappingSet>.
 */
export type LoadMappings = (folder: string, country: string, forms: DialectForms) => Promise<MappingSet>;
