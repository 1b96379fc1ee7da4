/** After a start: every exchange that a crash left open goes on with the code of the normal path, or ends as what it is (protocol.md, "Exactly what happens once"). */
import { CausewayError, asCausewayError } from '../errors.ts';
import { signingInputOf } from '../crypto/jws.ts';
import { findGrant, acceptedVersion } from '../federation/link.ts';
import type { SealedBytes } from '../federation/peer-client.ts';
import { authenticate } from '../federation/statement.ts';
import type { Authentic } from '../federation/statement.ts';
import { coreOf, parseEntry } from '../trail/entry.ts';
import { leafHash } from '../trail/merkle.ts';
import type { LogReader } from '../trail/mirror.ts';
import type { Appended, ExchangeRow, Store } from '../trail/store.ts';
import { askOn, reportFailure } from './asking.ts';
import { closeUnknown, handOver, prepare } from './inbound.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { Content } from '../stages.ts';
import type { Peer } from './flow.ts';
import type { InboundParts, OutboundParts } from './parts.ts';

/** Where open exchanges stand, and where their entries are read. */
export interface Trail {
  readonly store: Pick<Store, 'openExchanges'>;
  readonly mirror: Pick<LogReader, 'shards' | 'entries'>;
}

export interface Recovered {
  readonly outbound: number;
  readonly inbound: number;
}

/**
 * Takes up what is open on a link, and resolves as soon as all of it is on its way: run before exchanges may begin there, so that a copy
 * that arrives later joins it, and never waits for a peer or a register that is slow.
 */
export async function recover(link: string, trail: Trail, peers: readonly Peer[], outbound: OutboundParts, inbound: InboundParts): Promise<Recovered> {
  const open = (await trail.store.openExchanges()).filter((row) => row.link === link);
  const asked = open.filter((row) => row.direction === 'outbound');
  const accepted = open.filter((row) => row.direction === 'inbound');
  for (const row of accepted) takeUpInbound(row, trail, peers, inbound);
  for (const { xid } of asked) reportFailure(askOn(xid, outbound), xid, outbound);
  return { outbound: asked.length, inbound: accepted.length };
}

function takeUpInbound(row: ExchangeRow, trail: Trail, peers: readonly Peer[], parts: InboundParts): void {
  const conflict = () => new CausewayError('replay', `exchange ${row.xid} is on its way under another statement`);
  parts.inFlight.run(row.xid, row.identity, () => finishInbound(row, trail, peers, parts), conflict).catch((thrown: unknown) => {
    const error = asCausewayError(thrown);
    parts.observe('inbound.refused', { xid: row.xid, code: error.code }, error);
  });
}

/** A request that this gateway can no longer make out (its link or the peer's key is gone) can have no other outcome than `outcome-unknown`. */
async function finishInbound(row: ExchangeRow, trail: Trail, peers: readonly Peer[], parts: InboundParts): Promise<SealedBytes> {
  let task: Kept;
  try {
    task = await reread(row, peers, parts);
  } catch (thrown) {
    await parts.journal.abandoned(row, parts.clock.now());
    throw thrown;
  }
  const scope = parts.spool.scope();
  try {
    return await goOn(row, task, scope, trail, parts);
  } finally {
    await scope.dispose();
  }
}

interface Kept {
  readonly statement: Authentic<'causeway-request+jwt'>;
  readonly peer: Peer;
  readonly payload: Content;
}

async function reread({ link, xid, request, createdAt }: ExchangeRow, peers: readonly Peer[], parts: InboundParts): Promise<Kept> {
  const peer = peers.find((candidate) => candidate.link.id === link);
  if (peer === undefined || request === undefined) throw new CausewayError('internal', `the request of exchange ${xid} is no longer kept, or its link is gone`);
  const sealed = await parts.journal.storedRequest(xid, request);
  const reader = { audience: parts.entity, trust: peer.side.trust, maxBytes: peer.side.maxStatementBytes };
  return { peer, statement: await authenticate(sealed.statement, ['causeway-request+jwt'], reader, createdAt), payload: sealed.payload };
}

/**
 * The service may have the request already. Only an operation that the link declares idempotent is repeated, with the same domestic id;
 * any other ends in a refusal `outcome-unknown`, which the asker gets for its next copy.
 */
async function goOn(row: ExchangeRow, { statement, peer, payload }: Kept, scope: SpoolScope, trail: Trail, parts: InboundParts): Promise<SealedBytes> {
  let task;
  try {
    const version = acceptedVersion(peer.link, statement.claims.link, statement.claims.iat * 1000);
    const grant = findGrant(version.in, statement.claims);
    if (!grant.idempotent) throw new CausewayError('outcome-unknown', 'this gateway stopped while the service had the request');
    const recordKey = await parts.journal.recordKey(row.xid);
    if (recordKey === undefined) throw new CausewayError('outcome-unknown', 'the record key was erased');
    const promise = parts.journal.promiseOf(await findRequest(row.link, statement, trail), statement.claims.iat);
    const prepared = await prepare(statement, payload, { link: peer.link, version, grant }, { peer, scope }, { arrivedAt: parts.clock.monotonic(), recordKey }, parts);
    task = { ...prepared, promise, resumed: true };
  } catch (thrown) {
    return closeUnknown({ statement, peer }, asCausewayError(thrown), parts);
  }
  return handOver(task, parts);
}

/** Entries read at once while looking back. */
const LOOK_BACK = 500;

/** Our entry for the request of an open exchange: among the last ones of the log, since the exchange is open; a half-year may have ended in between. */
async function findRequest(log: string, { compact }: Authentic<'causeway-request+jwt'>, { mirror }: Trail): Promise<Appended> {
  const core = coreOf(signingInputOf(compact));
  for (const { origin, size } of (await mirror.shards('ours', log)).toReversed()) {
    for (let to = size; to > 0; to -= LOOK_BACK) {
      const from = Math.max(0, to - LOOK_BACK);
      const entries = await mirror.entries(origin, from, to);
      const at = entries.findLastIndex((bytes) => bytes !== undefined && parseEntry(bytes).core === core);
      const bytes = entries[at];
      if (bytes !== undefined) return { origin, index: from + at, leaf: Buffer.from(leafHash(bytes)).toString('base64') };
    }
  }
  throw new CausewayError('trail-broken', 'the log holds no entry for an open request');
}
