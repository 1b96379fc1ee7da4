/** A trail entry (trail.md, "Entry"): RFC 8785 JSON with a closed schema, at most 2 KiB. Organisations only, never a person. */
import { sha256Base64url } from '../crypto/digest.ts';
import { CausewayError } from '../errors.ts';
import { isExchangeId } from '../platform/ids.ts';

export const STEPS = [
  // of exchanges
  'request', 'response', 'refusal', 'outcome-unknown', 'acknowledged', 'not-received', 'reconciled', 'domestic-evidence',
  // of the log itself
  'peer-checkpoint', 'local-checkpoint', 'previous-checkpoint', 'break', 'timestamp', 'redaction',
  // of the operators
  'suspend', 'resume', 'key-event', 'link-change', 'mapping-change', 'erasure', 'evidence-access',
] as const;
export type Step = (typeof STEPS)[number];

/** Event names of ETSI EN 319 522-1 that we use. */
export const EVENTS = ['SubmissionAcceptance', 'SubmissionRejection', 'RelayAcceptance', 'RelayRejection', 'RelayFailure', 'ContentConsignment', 'ContentConsignmentFailure', 'ContentHandover', 'ContentHandoverFailure'] as const;
export type EventName = (typeof EVENTS)[number];

export interface Entry {
  readonly v: 1;
  /** Exchange id (UUIDv7); absent on steps that belong to no exchange. */
  readonly xid?: string;
  readonly step: Step;
  readonly event?: EventName;
  /** Countries: who sent the recorded statement, to whom. */
  readonly from?: string;
  readonly to?: string;
  /** Federated identifiers of organisations. */
  readonly client?: string;
  readonly service?: string;
  readonly link?: { readonly id: string; readonly version: number };
  readonly purpose?: string;
  /** The refusal's code. */
  readonly code?: string;
  /** Refusals over the rate that this entry stands for. */
  readonly count?: number;
  readonly t: { readonly ms: number; readonly clock: 'synchronised' | 'unsynchronised' | 'unknown' };
  /** Key id of the recorded statement, and base64url SHA-256 of the trust chain that it was judged under. */
  readonly kid?: string;
  readonly chain?: string;
  /** floor(iat / 60) of the recorded statement. */
  readonly window?: number;
  /** base64url commitment to the recorded statement: byte-identical on both sides. */
  readonly core?: string;
  /** Id of the encrypted evidence record. */
  readonly evidence?: string;
  /** Steps `peer-checkpoint`, `local-checkpoint` and `timestamp`: origin, size, base64 root and base64url SHA-256 of the whole note. */
  readonly checkpoint?: StatedHead & { readonly note: string };
  /** Entry 0 of a later shard (`previous-checkpoint`, `break`): the head with which the shard before it ended. */
  readonly previous?: StatedHead;
  /** `break`: what is known to be gone. `size`: entries that the log is known to have had. `promises`: how many the peer holds beyond `previous`. */
  readonly lost?: { readonly size: number; readonly promises: number };
  /** On the asker's `response`: what the answer promised of the responder's log. `leaf` base64, `by` UTC seconds. */
  readonly promise?: { readonly origin: string; readonly index: number; readonly leaf: string; readonly by: number };
  /** `redaction`, `reconciled`, `not-received`: the entry that this one is about; `leaf` base64. `step`: of the statement that entry records, for which this one stands in reconciliation. */
  readonly target?: { readonly origin: string; readonly index: number; readonly leaf: string; readonly step?: Step };
  /** Reference of the decision under which something was done: a file number, never a person. */
  readonly approval?: string;
  /** base64url SHA-256 of what the entry is about: time-stamp token, agreement, container. */
  readonly digest?: string;
  /** `timestamp`: name of the authority. */
  readonly authority?: string;
  /** `key-event`: role of the key (protocol.md, "Trust") and what happened to it; `kid` names it. */
  readonly key?: { readonly role: string; readonly action: 'added' | 'removed' | 'compromised' };
  /** `mapping-change`: what is applied from now on, or from the time `from` (UTC milliseconds); identifiers and lists of services have no revision. */
  readonly mapping?: { readonly id: string; readonly sha256: string; readonly revision?: number; readonly from?: number };
}

/** A tree head as an entry states it; `root` is base64. */
export interface StatedHead {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
}

export const MAX_ENTRY_BYTES = 2048;

/** Takes a member's value as it may stand in an entry, or undefined. An object comes back as a copy with its members in canonical order. */
type Check = (value: unknown) => unknown;

const when = (accept: (value: unknown) => boolean): Check => (value) => (accept(value) ? value : undefined);
const text = (pattern: RegExp): Check => when((value) => typeof value === 'string' && pattern.test(value));
const oneOf = (words: readonly string[]): Check => when((value) => typeof value === 'string' && words.includes(value));
const count = when((value) => Number.isSafeInteger(value) && (value as number) >= 0);
const digest = text(/^[A-Za-z0-9_-]{43}$/);
const hash = text(/^[A-Za-z0-9+/]{43}=$/);
const country = text(/^[A-Z]{2}$/);
const token = text(/^[!-~]{1,200}$/);
/** `<country>/<class>/<code>[/<subsystem>[/<service>[/<version>]]]`, each segment percent-encoded. */
const federatedId = text(/^[A-Z]{2}(?:\/[!-.0-~]{1,200}){2,5}$/);

/** A closed object. Members are taken in code-unit order, so that a checked copy serialises canonically. */
function object(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  const checks = Object.entries({ ...required, ...optional }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = new Set(checks.map(([name]) => name));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const copy: Record<string, unknown> = {};
    for (const [name, check] of checks) {
      const member = (value as Readonly<Record<string, unknown>>)[name];
      if (member === undefined && !(name in required)) continue;
      const checked = check(member);
      if (checked === undefined) throw invalid(`member "${name}"`);
      copy[name] = checked;
    }
    const unknown = Object.keys(value).find((name) => !names.has(name));
    if (unknown !== undefined) throw invalid('a member that the schema does not know');
    return copy;
  };
}

const head = { origin: token, size: count, root: hash };

const entrySchema = object(
  {
    v: when((value) => value === 1),
    step: oneOf(STEPS),
    t: object({ ms: count, clock: oneOf(['synchronised', 'unsynchronised', 'unknown']) }),
  },
  {
    xid: when((value) => typeof value === 'string' && isExchangeId(value)),
    event: oneOf(EVENTS),
    from: country,
    to: country,
    client: federatedId,
    service: federatedId,
    link: object({ id: token, version: count }),
    purpose: token,
    code: text(/^[a-z][a-z0-9-]{0,63}$/),
    count,
    kid: token,
    chain: digest,
    window: count,
    core: digest,
    evidence: token,
    checkpoint: object({ ...head, note: digest }),
    previous: object(head),
    lost: object({ size: count, promises: count }),
    promise: object({ origin: token, index: count, leaf: hash, by: count }),
    target: object({ origin: token, index: count, leaf: hash }, { step: oneOf(STEPS) }),
    approval: token,
    digest,
    authority: token,
    key: object({ role: oneOf(['entity', 'statement', 'encryption', 'tls', 'log', 'witness', 'interval', 'evidence']), action: oneOf(['added', 'removed', 'compromised']) }),
    mapping: object({ id: token, sha256: digest }, { revision: count, from: count }),
  },
);

/** What a step cannot do without: an exchange needs its id, a recorded statement its commitment, a decision its reference. */
const NEEDS: Readonly<Partial<Record<Step, readonly (keyof Entry)[]>>> = {
  'request': ['xid', 'from', 'to', 'link', 'core'],
  'response': ['xid', 'from', 'to', 'link', 'core'],
  'refusal': ['code'],
  'outcome-unknown': ['xid'],
  'peer-checkpoint': ['checkpoint'],
  'local-checkpoint': ['checkpoint'],
  'acknowledged': ['xid', 'core'],
  'not-received': ['xid', 'core'],
  'reconciled': ['xid', 'target'],
  'domestic-evidence': ['xid', 'digest'],
  'previous-checkpoint': ['previous'],
  'break': ['previous', 'lost'],
  'timestamp': ['checkpoint', 'digest', 'authority'],
  'redaction': ['target', 'approval'],
  'suspend': ['link'],
  'resume': ['link'],
  'key-event': ['kid', 'key'],
  'link-change': ['link', 'digest'],
  'mapping-change': ['mapping'],
  'erasure': ['approval'],
  'evidence-access': ['approval'],
};

function invalid(what: string): CausewayError {
  return new CausewayError('internal', `trail entry: ${what} does not fit the schema`);
}

/** A checked copy of `value`, its members in canonical order. Throws `internal` for whatever the closed schema does not allow; no value is quoted. */
export function checkEntry(value: unknown): Entry {
  const entry = entrySchema(value) as Entry | undefined;
  if (entry === undefined) throw invalid('what is no object');
  const missing = NEEDS[entry.step]?.find((name) => entry[name] === undefined);
  if (missing !== undefined) throw invalid(`step ${entry.step} without "${missing}"`);
  return entry;
}

/**
 * The entry's RFC 8785 text, whose UTF-8 bytes the log holds. Exact because the checked copy has its members in code-unit order and
 * only ASCII strings and safe integers, for which ECMAScript's own serialisation is the canonical one. Throws as checkEntry, and
 * `internal` beyond 2 KiB.
 */
export function canonicalEntry(entry: unknown): string {
  return textOf(checkEntry(entry));
}

function textOf(checked: Entry): string {
  const json = JSON.stringify(checked);
  if (json.length > MAX_ENTRY_BYTES) throw invalid('its length');
  return json;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The entry whose canonical bytes are `bytes`. Throws `trail-broken` if they are another spelling, or no entry at all. */
export function parseEntry(bytes: Uint8Array): Entry {
  try {
    const text = UTF8.decode(bytes);
    const entry = checkEntry(JSON.parse(text));
    if (textOf(entry) === text) return entry;
  } catch (cause) {
    throw new CausewayError('trail-broken', 'not a trail entry', { cause });
  }
  throw new CausewayError('trail-broken', 'a trail entry that is not in RFC 8785 form');
}

/**
 * base64url SHA-256("causeway/core/v1" 00 signing input): what an entry says of its statement, byte-identical on both sides. It
 * hides the statement through the statement's nonce. `signingInput` is `header.payload` of the compact JWS.
 */
export function coreOf(signingInput: string): string {
  return sha256Base64url(`causeway/core/v1\0${signingInput}`);
}
