/** After a start: every exchange that a crash left open goes on with the code of the normal path, or ends as what it is (protocol.md, "Exactly what happens once"). */
import { CausewayError, asCausewayError } from '../errors.ts';
import { findGrant, acceptedVersion } from '../federation/link.ts';
import { authenticate } from '../federation/statement.ts';
import { parseEntry } from '../trail/entry.ts';
import type { Entry } from '../trail/entry.ts';
import { leafHash } from '../trail/merkle.ts';
import type { Appended, ExchangeRow, Store } from '../trail/store.ts';
import { close, handOver, prepare } from './inbound.ts';
import { unpackQuestion, unpackSealed } from './kept.ts';
import { outlast } from './outbound.ts';
import type { InboundParts, OutboundParts, Peer, Question } from './parts.ts';

export interface Recovered {
  readonly outbound: number;
  readonly inbound: number;
}

/** Resolves when every inbound exchange has its outcome; outbound ones go on in the background. Run before the listeners open. */
export async function recover(store: Store, peers: readonly Peer[], outbound: OutboundParts, inbound: InboundParts): Promise<Recovered> {
  const open = await store.openExchanges();
  const asked = open.filter((row) => row.direction === 'outbound');
  const accepted = open.filter((row) => row.direction === 'inbound');
  for (const row of accepted) await finishInbound(row, store, peers, inbound);
  for (const row of asked) {
    const question = await reopen(row, outbound);
    if (question !== undefined) outbound.background(row.xid, () => outlast(question, outbound));
  }
  return { outbound: asked.length, inbound: accepted.length };
}

/** The question of an outbound row: our domestic request is read and proven again as of the time at which it was proven. */
export async function reopen(row: ExchangeRow, parts: OutboundParts): Promise<Question | undefined> {
  const recordKey = await parts.journal.recordKey(row.xid);
  if (row.request === undefined || recordKey === undefined) return undefined;
  const { sealed, arrival, provenAt } = unpackQuestion(row.request, parts.journal.decrypt(row.xid, 'question', recordKey));
  const offer = parts.offerAt(arrival.path);
  const { dialect, peer } = offer;
  const claims = ownClaims(sealed.statement);
  const version = acceptedVersion(peer.link, claims.link, claims.iat * 1000);
  const grant = findGrant(version.out, claims);
  const received = dialect.parseRequest(arrival.http, offer.homes, parts.limits.xml);
  const verified = await dialect.verifyRequest(received, offer.policy(grant.proof, arrival), provenAt, parts.limits.xml);
  const fields = { type: 'causeway-request+jwt', identity: row.identity, kid: peer.side.statementKey.kid, iat: claims.iat, ...sealed } as const;
  return { xid: row.xid, offer, service: offer.serviceOf(verified.message), use: { link: peer.link, version, grant }, verified, sealed: fields, arrival, recordKey };
}

/**
 * The service may have the request already. Only an operation that the link declares idempotent is repeated, with the same domestic id;
 * any other ends in a refusal `outcome-unknown`, which the asker gets for its next copy.
 */
async function finishInbound(row: ExchangeRow, store: Store, peers: readonly Peer[], parts: InboundParts): Promise<void> {
  const peer = peers.find(({ link }) => link.id === row.link);
  if (peer === undefined || row.request === undefined) return;
  const sealed = unpackSealed(row.request);
  const reader = { audience: parts.entity, trust: peer.side.trust, maxBytes: peer.side.maxStatementBytes };
  const statement = await authenticate(sealed.statement, ['causeway-request+jwt'], reader, row.createdAt);
  const unknown = new CausewayError('outcome-unknown', 'this gateway stopped while the service had the request');
  try {
    const version = acceptedVersion(peer.link, statement.claims.link, statement.claims.iat * 1000);
    const grant = findGrant(version.in, statement.claims);
    const recorded = grant.idempotent ? await findRequest(store, row) : undefined;
    if (recorded === undefined) throw unknown;
    const use = { link: peer.link, version, grant };
    const task = await prepare(statement, sealed.payload, use, { peer }, parts.clock.monotonic(), parts);
    await handOver({ ...task, promise: parts.journal.promiseOf(recorded, statement.claims.iat) }, parts);
  } catch (thrown) {
    const error = asCausewayError(thrown);
    await close({ statement, peer }, error === unknown ? unknown : new CausewayError('outcome-unknown', error.message, { cause: error }), 'unknown', parts);
  }
}

/** Entries read at once while looking back. */
const LOOK_BACK = 500;

/** Our entry for the request of an open exchange: among the last ones of the log, since the exchange is open. */
async function findRequest(store: Store, { link, xid }: ExchangeRow): Promise<Appended | undefined> {
  const { origin, size } = await store.head(link);
  for (let to = size; to > 0; to -= LOOK_BACK) {
    const from = Math.max(0, to - LOOK_BACK);
    const entries = await store.entries(link, from, to);
    const at = entries.findLastIndex((bytes) => isRequestOf(parseEntry(bytes), xid));
    const bytes = entries[at];
    if (bytes !== undefined) return { origin, index: from + at, leaf: Buffer.from(leafHash(bytes)).toString('base64') };
  }
  return undefined;
}

function isRequestOf(entry: Entry, xid: string): boolean {
  return entry.xid === xid && entry.step === 'request';
}

interface OwnClaims {
  readonly iat: number;
  readonly link: { readonly id: string; readonly version: number; readonly sha256: string };
  readonly client: string;
  readonly service: string;
  readonly operation: { readonly name: string };
  readonly purpose: string;
}

/** Claims of a statement that we signed ourselves and kept. */
function ownClaims(compact: string): OwnClaims {
  return JSON.parse(Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString()) as OwnClaims;
}
