/**
 * The one error class and the closed list of codes (house.md, law 8).
 * A code says whose fault it is and what to do; each dialect has an exhaustive table from codes to its own faults.
 */

/** Who has to act: the caller, the service that was asked, the peer gateway, or this gateway's operators. */
export type Fault = 'caller' | 'service' | 'peer' | 'us';

/** `no`: the same message can never pass. `later`: the same message may pass later. `new-id`: correct it and send it under a new id. `ask-operator`: a person must look. */
export type Retry = 'no' | 'later' | 'new-id' | 'ask-operator';

interface CodeFacts {
  readonly fault: Fault;
  readonly retry: Retry;
  /** Text that any caller may read: no identifiers of persons, no causes, no internals. */
  readonly text: string;
}

/** Every code Causeway can answer with. docs/errors.md is generated from this table. */
export const CODES = {
  // what a member at home, or the peer, sent
  'malformed': { fault: 'caller', retry: 'new-id', text: 'The message is not well-formed for its protocol.' },
  'too-large': { fault: 'caller', retry: 'new-id', text: 'The message or one of its parts exceeds a limit.' },
  'not-allowed': { fault: 'caller', retry: 'no', text: 'The link does not allow this member to call this service for this purpose.' },
  'unknown-service': { fault: 'caller', retry: 'no', text: 'No such foreign service is known to this gateway.' },
  'unknown-member': { fault: 'caller', retry: 'no', text: 'The member has no identifier on this link.' },
  'end-user-missing': { fault: 'caller', retry: 'new-id', text: 'The link requires the end user of the request to be named.' },
  'duplicate-id': { fault: 'caller', retry: 'new-id', text: 'This message id was used before with other content.' },
  'quota-exceeded': { fault: 'caller', retry: 'later', text: 'The quota of the link is used up for now.' },
  'suspended': { fault: 'us', retry: 'later', text: 'The link or the service is suspended.' },
  'mapping-failed': { fault: 'caller', retry: 'new-id', text: 'The message cannot be translated: a field does not fit the agreed form.' },
  // domestic proof
  'signature-missing': { fault: 'caller', retry: 'new-id', text: 'The link requires a signed message and the message carries no signature.' },
  'signature-invalid': { fault: 'caller', retry: 'new-id', text: 'The signature of the message does not verify.' },
  'signature-weak': { fault: 'caller', retry: 'new-id', text: 'The signature uses an algorithm or a form that is not accepted.' },
  'signature-incomplete': { fault: 'caller', retry: 'new-id', text: 'The signature does not cover everything that it must.' },
  'signature-untrusted': { fault: 'caller', retry: 'new-id', text: 'The signing certificate is not issued by an approved authority, or not to this member.' },
  'signature-expired': { fault: 'caller', retry: 'new-id', text: 'The signing certificate or the signature is out of its time.' },
  'caller-unauthenticated': { fault: 'caller', retry: 'new-id', text: 'The caller shows no valid credentials of a client that is registered here.' },
  'scope-missing': { fault: 'caller', retry: 'no', text: 'The access token was not issued for the scope that is asked for here.' },
  'connection-untrusted': { fault: 'caller', retry: 'no', text: 'The TLS certificate of the connection is not registered here.' },
  // the service that was asked
  'service-unreachable': { fault: 'service', retry: 'later', text: 'The service could not be reached.' },
  'service-slow': { fault: 'service', retry: 'ask-operator', text: 'The service did not answer in time; whether it acted is not known.' },
  'service-refused': { fault: 'service', retry: 'ask-operator', text: 'The exchange platform of the service refused the request.' },
  'service-fault': { fault: 'service', retry: 'ask-operator', text: 'The service answered with a fault of its own.' },
  'service-answer-invalid': { fault: 'service', retry: 'ask-operator', text: 'The answer of the service is not valid.' },
  'service-answer-unmappable': { fault: 'service', retry: 'ask-operator', text: 'The answer of the service cannot be translated to the agreed form.' },
  // the peer gateway and the link
  'peer-unreachable': { fault: 'peer', retry: 'later', text: 'The gateway of the other country could not be reached.' },
  'peer-slow': { fault: 'peer', retry: 'later', text: 'The gateway of the other country did not answer in time.' },
  'peer-refused': { fault: 'peer', retry: 'ask-operator', text: 'The gateway of the other country refused the request.' },
  'peer-answer-invalid': { fault: 'peer', retry: 'ask-operator', text: 'The answer of the other gateway does not verify.' },
  'trail-unconfirmed': { fault: 'peer', retry: 'later', text: 'The gateway has not yet compared its trail with that of the other country.' },
  'peer-unknown': { fault: 'peer', retry: 'no', text: 'The connection is not from a pinned peer gateway.' },
  'statement-malformed': { fault: 'peer', retry: 'no', text: 'The statement is not of the agreed form.' },
  'statement-untrusted': { fault: 'peer', retry: 'no', text: 'The key of the statement is not trusted for it.' },
  'statement-invalid': { fault: 'peer', retry: 'no', text: 'The signature of the statement does not verify.' },
  'wrong-audience': { fault: 'peer', retry: 'no', text: 'The statement is not meant for this gateway, or not from this peer.' },
  'clock-skew': { fault: 'peer', retry: 'new-id', text: 'The statement is too old, or from the future: check the clocks of both gateways.' },
  'link-mismatch': { fault: 'peer', retry: 'ask-operator', text: 'The two gateways hold different versions of the link.' },
  'leg-mismatch': { fault: 'peer', retry: 'ask-operator', text: 'Sealing or neutral form differ from what the leg says.' },
  'identifier-foreign': { fault: 'peer', retry: 'no', text: 'An identifier does not lie in the country that may assert it.' },
  'replay': { fault: 'peer', retry: 'no', text: 'This exchange id was used before by another statement.' },
  'budget-too-small': { fault: 'caller', retry: 'new-id', text: 'The asker does not wait long enough for this service.' },
  'digest-mismatch': { fault: 'peer', retry: 'no', text: 'The payload is not the one that the statement names.' },
  'seal-mismatch': { fault: 'peer', retry: 'no', text: 'The seal was not made for this statement, or does not open.' },
  'content-mismatch': { fault: 'peer', retry: 'no', text: 'The opened content is not the one that was committed to.' },
  'neutral-invalid': { fault: 'peer', retry: 'no', text: 'The document does not fit the neutral schema of the leg.' },
  'field-not-allowed': { fault: 'peer', retry: 'ask-operator', text: 'The message carries a field that the link does not let cross for this purpose.' },
  'loss-refused': { fault: 'peer', retry: 'ask-operator', text: 'More was lost in translation than the receiver accepts.' },
  'outcome-unknown': { fault: 'us', retry: 'ask-operator', text: 'Whether the service acted on the request is not known.' },
  // ours
  'overloaded': { fault: 'us', retry: 'later', text: 'The gateway is at its limit; try again later.' },
  'disk-full': { fault: 'us', retry: 'later', text: 'The gateway has no room for a message of this size at the moment.' },
  'draining': { fault: 'us', retry: 'later', text: 'The gateway is shutting down; try again.' },
  'store-unavailable': { fault: 'us', retry: 'later', text: 'The gateway cannot record exchanges at the moment, so it takes none.' },
  'time-unproven': { fault: 'us', retry: 'later', text: 'The gateway cannot show at the moment when an exchange takes place, so it takes none.' },
  'dependency-lost': { fault: 'us', retry: 'later', text: 'Something that the gateway depends on has been gone for longer than the link allows, so it takes no such exchange.' },
  'internal': { fault: 'us', retry: 'ask-operator', text: 'The gateway failed.' },
  // operators' own
  'config-invalid': { fault: 'us', retry: 'ask-operator', text: 'The configuration is not valid.' },
  'chain-malformed': { fault: 'peer', retry: 'ask-operator', text: 'A document of the chain of trust is not of the agreed form.' },
  'chain-untrusted': { fault: 'peer', retry: 'ask-operator', text: 'The chain of trust does not verify under the pinned anchor.' },
  'chain-expired': { fault: 'peer', retry: 'ask-operator', text: 'A document of the chain of trust is out of its time: check expiry and clocks.' },
  'trail-broken': { fault: 'us', retry: 'ask-operator', text: 'The trail does not verify.' },
} as const satisfies Record<string, CodeFacts>;

export type ErrorCode = keyof typeof CODES;

/** Whether the service got the request: only `no` may be retried under a new id without thought (protocol.md). */
export type Delivered = 'no' | 'unknown' | 'yes';

/** Rules of a protocol for whose breach a platform has a code of its own; a dialect's table turns them into it. */
export type BrokenRule = 'http-method' | 'content-type' | 'header-missing' | 'field-missing' | 'field-twice' | 'body-missing' | 'body-several' | 'body-mismatch' | 'protocol-version' | 'client' | 'service-type';

/** Facts that may be shown to the caller. Nothing of a person's, no causes, no addresses of ours. */
export interface ErrorFacts {
  /** The field or header that is wrong, as a path in the sender's own form. */
  readonly field?: string;
  /** The rule that a message breaks, where its platform tells rules apart. */
  readonly rule?: BrokenRule;
  /** A short public explanation of this instance: what is wrong and what to do. */
  readonly hint?: string;
  /** The code with which the peer refused. */
  readonly peerCode?: string;
  /** Country whose gateway or platform refused, when it is not ours. */
  readonly country?: string;
  readonly delivered?: Delivered;
  /** The platform's own code for what is wrong with one of its signed documents, e.g. X-Road's `invalid_signature_value`. */
  readonly platformCode?: string;
  /** RFC 3339 time from which a retry makes sense. */
  readonly until?: string;
}

/** The one error class. `message` is private (for the log); `publicText` and `facts` may leave the gateway. */
export class CausewayError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, message: string, options: { facts?: ErrorFacts; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CausewayError';
    this.code = code;
    this.facts = options.facts ?? {};
  }

  get fault(): Fault {
    return CODES[this.code].fault;
  }

  get retry(): Retry {
    return CODES[this.code].retry;
  }

  get publicText(): string {
    return this.facts.hint === undefined ? CODES[this.code].text : `${CODES[this.code].text} ${this.facts.hint}`;
  }
}

/** A fault of the service that was asked, in its own words, which may name persons: it crosses sealed, is shown to the asker alone, and stands in no log. */
export interface ServiceFault {
  /** SOAP: faultcode. */
  readonly code?: string;
  /** SOAP: faultstring. */
  readonly text: string;
  /** REST: HTTP status, and where it points to. */
  readonly status?: number;
  readonly location?: string;
  /** The SOAP detail element, or the body of a REST error, with its media type. */
  readonly detail?: { readonly type: string; readonly content: string };
}

/** `service-fault` with what the service said. Neither message nor facts hold any of it. */
export class ServiceFaulted extends CausewayError {
  readonly #said: ServiceFault;

  constructor(message: string, said: ServiceFault, facts: ErrorFacts = {}) {
    super('service-fault', message, { facts: { delivered: 'yes', ...facts } });
    this.#said = said;
  }

  get said(): ServiceFault {
    return this.#said;
  }
}

/** Any thrown value as a CausewayError; what is not one of ours is `internal`, with the original as its cause. */
export function asCausewayError(thrown: unknown): CausewayError {
  if (thrown instanceof CausewayError) return thrown;
  return new CausewayError('internal', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(CODES, text);
}
