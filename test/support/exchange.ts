/** Sealed messages of FI and EE, and the receiver's order over them without a store: what the refusal tests bend. */
import assert from 'node:assert/strict';
import type { Opened, Sealed } from '../../src/stages.ts';
import { Quotas, authoriseInbound } from '../../src/exchange/authorise.ts';
import { open } from '../../src/federation/open.ts';
import type { SealedBytes } from '../../src/federation/peer-client.ts';
import { sealRefusal, sealRequest, sealResponse } from '../../src/federation/seal.ts';
import { authenticate } from '../../src/federation/statement.ts';
import type { Authentic, StatementReader } from '../../src/federation/statement.ts';
import { exchangeId } from '../../src/platform/ids.ts';
import { CONTEXT, NOW, PROOF, mappedNeutral } from './sides.ts';
import type { Pair, TestSide } from './sides.ts';

export const TOLERANCE = { maxAge: 60_000, maxAhead: 30_000 };
export const PROMISE = { origin: 'gateway.ee.example/trail/ee-fi/2026h2', index: 7, leaf: Buffer.alloc(32, 1).toString('base64'), by: NOW / 1000 + 120 };

type Request = Authentic<'causeway-request+jwt'>;

/** FI asks EE. */
export async function sealedRequest(pair: Pair, options: { now?: number; xid?: string; budget?: number; document?: { [key: string]: string } } = {}): Promise<Sealed> {
  const now = options.now ?? NOW;
  const version = pair.fi.link.versions[0];
  return sealRequest({ xid: options.xid ?? exchangeId(now), grant: pair.grant, budget: options.budget ?? 5000, mapped: mappedNeutral(options.document, pair.grant.fields?.request), context: CONTEXT, proof: PROOF }, version, pair.fi.side, now);
}

/** EE answers FI. */
export async function sealedResponse(pair: Pair, request: Sealed, options: { document?: { [key: string]: string } } = {}): Promise<Sealed> {
  const facts = { mapped: mappedNeutral(options.document ?? { answer: 'yes' }, pair.grant.fields?.response), context: CONTEXT, proof: PROOF, promise: PROMISE, grant: pair.grant };
  return sealResponse(facts, await authenticateAtEe(pair, request.fields.statement), pair.ee.link.versions[0], pair.ee.side, NOW);
}

export async function sealedRefusal(pair: Pair, request: Sealed): Promise<Sealed> {
  return sealRefusal({ code: 'not-allowed', delivered: 'no' }, await authenticateAtEe(pair, request.fields.statement), pair.ee.side, pair.ee.entity, NOW);
}

export function readerAt({ entity, side }: TestSide): StatementReader {
  return { audience: entity, trust: side.trust, maxBytes: side.maxStatementBytes };
}

export async function authenticateAtEe(pair: Pair, compact: string, now = NOW): Promise<Request> {
  return authenticate(compact, ['causeway-request+jwt'], readerAt(pair.ee), now);
}

export async function openAtEe(pair: Pair, sealed: SealedBytes, now = NOW): Promise<Opened> {
  return open(await authenticateAtEe(pair, sealed.statement, now), sealed.payload, pair.grant, pair.ee.side, () => {});
}

export async function openAtFi(pair: Pair, sealed: SealedBytes, now = NOW): Promise<Opened> {
  return open(await authenticate(sealed.statement, ['causeway-response+jwt'], readerAt(pair.fi), now), sealed.payload, pair.grant, pair.fi.side, () => {});
}

/** The receiver's order at EE, from the statement's size to the neutral document. */
export async function receiveAtEe(pair: Pair, sealed: SealedBytes, options: { now?: number; quotas?: Quotas } = {}): Promise<Opened> {
  const now = options.now ?? NOW;
  const statement = await authenticateAtEe(pair, sealed.statement, now);
  const { grant } = authoriseInbound(statement, pair.ee.link, options.quotas ?? new Quotas(), TOLERANCE, now);
  return open(statement, sealed.payload, grant, pair.ee.side, () => {});
}

/** The positive control of every attack: what it was made from is taken as it is. */
export async function assertTaken(pair: Pair, sealed: SealedBytes, options: { now?: number } = {}): Promise<void> {
  assert.deepEqual((await receiveAtEe(pair, sealed, options)).fields.document, { hello: 'world' });
}
