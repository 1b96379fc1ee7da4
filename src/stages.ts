/**
 * The stages of a message on its way across (house.md, law 4). Each is a class that only its mint function can make, and each mint function is imported by exactly one room: a message that
 * was not verified cannot be mapped or sealed, one that was not opened cannot be handed over. The laws test checks the imports, test/compile-fail the types.
 */

/** A name of src/ecosystems/dialects.ts, the one list: open here, so that a new dialect is a folder and a line there. */
export type DialectName = string;

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** A namespace-aware element as plain data. `name` is the local name, `ns` the namespace URI or ''. */
export interface XmlElement {
  readonly ns: string;
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly (XmlElement | string)[];
}

export interface XmlAttribute {
  readonly ns: string;
  readonly name: string;
  readonly value: string;
}

/** What is translated: one body element, or a JSON body with the parameters that a REST request carries beside it. */
export type Payload =
  | { readonly form: 'xml'; readonly element: XmlElement }
  | { readonly form: 'json'; readonly body: JsonValue | undefined; readonly path: Readonly<Record<string, string>>; readonly query: Readonly<Record<string, string>> };

/** What stands beside the body of a message that crosses unmapped, as its dialect writes it; the body is the first attachment. */
export type UnmappedPayload = { readonly form: 'unmapped'; readonly document: JsonValue };

/** Bytes that are not in memory in one piece: an encrypted temporary file, a range of one, several contents in a row (platform/content.ts). Each call reads them from the beginning. */
export interface StoredContent {
  readonly length: number;
  chunks(): AsyncIterable<Uint8Array>;
  /** The same, for whoever is done with a chunk when `look` has returned, or what it returned has resolved: its memory is given back then. */
  scan(look: (chunk: Uint8Array) => void | Promise<void>): Promise<void>;
}

/** Bytes that may be more than fit in memory. */
export type Content = Uint8Array | StoredContent;

/** A part of a message that crosses as it is: no mapping reads it. */
export interface Attachment {
  /** MIME header lines as they came, each with its CRLF, without the empty line behind them; none for the body of a REST message. */
  readonly headers: Uint8Array;
  /** Media type, without parameters. */
  readonly type: string;
  readonly content: Content;
  /** base64url SHA-256 of the content. */
  readonly sha256: string;
}

/** An organisation in an ecosystem, as its own platform writes it (X-Road: instance, class, code, subsystem). */
export interface DomesticMember {
  readonly instance: string;
  readonly memberClass: string;
  readonly memberCode: string;
  readonly subsystem?: string;
}

export interface DomesticService extends DomesticMember {
  readonly service: string;
  readonly version?: string;
}

/** An operation of a service as link, statements and services.yaml name it: never a path with values in it. */
export type Operation = { readonly name: string } | { readonly method: string; readonly template: string };

/** Headers that travel with a request in every dialect. */
export interface DomesticContext {
  /** The message id of this country's platform. */
  readonly messageId: string;
  readonly userId?: string;
  readonly issue?: string;
  readonly representedParty?: { readonly partyClass?: string; readonly partyCode: string };
  /** Purposes as the platform numbers them (UXP). */
  readonly purposes?: readonly string[];
  /** Identifier of the person who is asked about, where a header names it (UXP). */
  readonly subject?: string;
}

export interface DomesticRequest {
  readonly kind: 'request';
  readonly dialect: DialectName;
  readonly client: DomesticMember;
  /** The service as home names it; for a foreign service, its stand-in under the gateway's own member. */
  readonly service: DomesticService;
  readonly context: DomesticContext;
  /** SOAP: the service code; REST: method and path template of services.yaml. */
  readonly operation: Operation;
  readonly payload: Payload | UnmappedPayload;
  /** SOAP: the headers that an answer must repeat, in their order, where they are more than the members above or stand otherwise than the schema has them. */
  readonly headers?: readonly XmlElement[];
  readonly attachments?: readonly Attachment[];
  /** SOAP: attachments of the answer go back as MTOM. */
  readonly mtom?: true;
}

export interface DomesticResponse {
  readonly kind: 'response';
  readonly dialect: DialectName;
  readonly messageId: string;
  readonly payload: Payload | UnmappedPayload;
  readonly attachments?: readonly Attachment[];
}

export type DomesticMessage = DomesticRequest | DomesticResponse;

/**
 * How a domestic message can be proven, and how far that goes: `verified` by a signature of the message that is checked in line, `asserted` by the
 * word of the security server, or of the API hub's client that showed its credentials.
 */
export const PROOF_FORMS = { 'security-server': 'asserted', 'wss': 'verified', 'api-client': 'asserted', 'http-signature': 'verified', 'jws-detached': 'verified' } as const;
export type ProofForm = keyof typeof PROOF_FORMS;

/** What was proven about a domestic message, and by whom (protocol.md, claim `domestic`). */
export interface DomesticProof {
  readonly form: ProofForm;
  /** `verified` only for a signature checked in line; else the national security server vouches. */
  readonly result: 'verified' | 'asserted';
  /** Name of the policy applied, e.g. `wss-xroad-v1/libxml2`. */
  readonly policy: string;
  /** UTC milliseconds. */
  readonly verifiedAt: number;
  /** Subject of the issuing authority, or of the pinned connection. */
  readonly issuer?: string;
}

/** Reference to what a message was mapped to and by what (claims `neutral`, `mapping`). */
export interface NeutralRef {
  readonly schema: string;
  readonly version: string;
  readonly sha256: string;
}

export interface MappingRef {
  readonly id: string;
  readonly revision: number;
  readonly sha256: string;
}

/** What a translation lost or made up: sealed and signed with the message, so that the receiver decides with it. */
export interface LossReport {
  readonly dropped: readonly string[];
  readonly defaulted: readonly string[];
  readonly approximated: readonly string[];
  readonly unknown: readonly string[];
}

/** The loss report of a message that crosses. `minimised`: neutral fields that the grant keeps from crossing, which is no loss; by the agreement, never by what this message held. */
export interface CrossingLoss extends LossReport {
  readonly minimised?: readonly string[];
}

export type StatementType = 'causeway-request+jwt' | 'causeway-response+jwt' | 'causeway-refusal+jwt';

/** What crosses beside the statement, in plain (protocol.md, "Payload"). */
export interface ManifestContext {
  readonly userId?: string;
  readonly issue?: string;
  readonly representedParty?: { readonly partyClass?: string; readonly partyCode: string };
  readonly subject?: string;
  /** Message ids of the two platforms, by country. */
  readonly messageIds: Readonly<Record<string, string>>;
  readonly loss: CrossingLoss;
}

let mintReceived: <M extends DomesticMessage>(message: M, bytes: Uint8Array) => Received<M>;
let mintVerified: <M extends DomesticMessage>(message: M, bytes: Uint8Array, proof: DomesticProof, original: Uint8Array) => Verified<M>;
let mintMapped: <To extends 'neutral' | 'domestic'>(fields: MappedFields<To>) => Mapped<To>;
let mintSealed: (fields: SealedFields) => Sealed;
let mintOpened: (fields: OpenedFields) => Opened;

/** Parsed, within limits, and not yet believed. `bytes` is the whole message as it came. */
export class Received<M extends DomesticMessage = DomesticMessage> {
  readonly #brand = 'received';
  readonly message: M;
  readonly bytes: Uint8Array;
  private constructor(message: M, bytes: Uint8Array) {
    this.message = message;
    this.bytes = bytes;
  }
  static {
    mintReceived = (message, bytes) => new Received(message, bytes);
  }
  get stage(): 'received' {
    return this.#brand;
  }
}

/** Proven by a signature or by the pinned security server. `message` was read again from `bytes`, which are what the proof covers. */
export class Verified<M extends DomesticMessage = DomesticMessage> {
  readonly #brand = 'verified';
  readonly message: M;
  readonly bytes: Uint8Array;
  readonly proof: DomesticProof;
  /** The message as it came, signature included: for evidence, so that the proof can be made again. Never read for its content. */
  readonly original: Uint8Array;
  private constructor(message: M, bytes: Uint8Array, proof: DomesticProof, original: Uint8Array) {
    this.message = message;
    this.bytes = bytes;
    this.proof = proof;
    this.original = original;
  }
  static {
    mintVerified = (message, bytes, proof, original) => new Verified(message, bytes, proof, original);
  }
  get stage(): 'verified' {
    return this.#brand;
  }
}

export interface MappedFields<To extends 'neutral' | 'domestic'> {
  readonly to: To;
  /** The neutral JSON document, or the payload in the domestic form. */
  readonly document: To extends 'neutral' ? JsonValue : Payload | UnmappedPayload;
  readonly neutral: NeutralRef | 'passthrough';
  readonly mapping: MappingRef;
  readonly loss: CrossingLoss;
  /** Cross beside the document as they are. */
  readonly attachments?: readonly Attachment[];
  /** Claim `minimised`: hash of the list of fields that the document was cut down to; absent where all may cross. */
  readonly minimised?: string;
}

/** Translated by a checked mapping, and valid against the schema of its target. */
export class Mapped<To extends 'neutral' | 'domestic'> {
  readonly #brand = 'mapped';
  readonly fields: MappedFields<To>;
  private constructor(fields: MappedFields<To>) {
    this.fields = fields;
  }
  static {
    mintMapped = <To extends 'neutral' | 'domestic'>(fields: MappedFields<To>) => new Mapped<To>(fields);
  }
  get stage(): 'mapped' {
    return this.#brand;
  }
}

export interface SealedFields {
  readonly type: StatementType;
  /** Compact JWS. */
  readonly statement: string;
  /** base64url SHA-256 of the JWS signing input: what the statement is known by. */
  readonly identity: string;
  /** Key that signed, and claim `iat` (seconds). */
  readonly kid: string;
  readonly iat: number;
  /** 32 bytes of the manifest, without which nothing proves the content; absent on a refusal. */
  readonly salt?: Uint8Array;
  /** Frames of sealed manifest and parts, as sent; for a refusal, the problem body. */
  readonly payload: Content;
}

/** Signed (and encrypted) for the peer. The only thing that may leave on the federation face. */
export class Sealed {
  readonly #brand = 'sealed';
  readonly fields: SealedFields;
  private constructor(fields: SealedFields) {
    this.fields = fields;
  }
  static {
    mintSealed = (fields) => new Sealed(fields);
  }
  get stage(): 'sealed' {
    return this.#brand;
  }
}

export interface OpenedFields {
  readonly type: 'causeway-request+jwt' | 'causeway-response+jwt';
  readonly identity: string;
  readonly context: ManifestContext;
  /** The neutral document, valid against the neutral schema of the leg. */
  readonly document: JsonValue;
  /** The parts behind it, unmapped. */
  readonly attachments: readonly Attachment[];
  /** 32 bytes: with the manifest it proves the content (claim `content`). */
  readonly salt: Uint8Array;
}

/** Verified under the peer's federation trust, decrypted, and equal to what its statement commits to. */
export class Opened {
  readonly #brand = 'opened';
  readonly fields: OpenedFields;
  private constructor(fields: OpenedFields) {
    this.fields = fields;
  }
  static {
    mintOpened = (fields) => new Opened(fields);
  }
  get stage(): 'opened' {
    return this.#brand;
  }
}

export { mintMapped, mintOpened, mintReceived, mintSealed, mintVerified };
