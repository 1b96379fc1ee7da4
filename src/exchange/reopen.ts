/** An open question read back from its row: what the process that asked it held in memory. */
import { CausewayError } from '../errors.ts';
import { parseJws } from '../crypto/jws.ts';
import type { ProofPolicy } from '../ecosystems/proof-policy.ts';
import { acceptedVersion, findGrant } from '../federation/link.ts';
import { unpackQuestion } from './kept.ts';
import type { Question } from './flow.ts';
import type { OutboundParts } from './parts.ts';
import { revisionOf } from './mappings/revision.ts';
import type { MappingRef } from '../stages.ts';
import type { ExchangeRow } from '../trail/store.ts';

/** Our domestic request is read and proven again as of the time at which it was proven. Throws when key, bytes, service or grant are gone. */
export async function reopen(row: ExchangeRow, parts: OutboundParts): Promise<Question> {
  const recordKey = await parts.journal.recordKey(row.xid);
  if (row.request === undefined || recordKey === undefined) throw new CausewayError('internal', `the question of exchange ${row.xid} is no longer kept`);
  const { sealed, arrival, provenAt } = unpackQuestion(row.request, parts.journal.decrypt(row.xid, 'question', recordKey), parts.spool.folder);
  const offer = parts.offerAt(arrival.path);
  const { dialect, peer } = offer;
  const claims = ownClaims(sealed.statement);
  const version = acceptedVersion(peer.link, claims.link, claims.iat * 1000);
  const grant = findGrant(version.out, claims);
  const received = dialect.parseRequest(arrival.http, offer.homes, parts.limits.xml);
  const verified = await dialect.verifyRequest(received, asOfThen(offer.policy(grant.proof, arrival)), provenAt, parts.limits.xml);
  const fields = { type: 'causeway-request+jwt', identity: row.identity, kid: parseJws(sealed.statement, sealed.statement.length).kid, iat: claims.iat, ...sealed } as const;
  const service = offer.serviceOf(verified.message);
  return { xid: row.xid, offer, service, translation: revisionOf(service.revisions, claims.mapping, parts.clock.now()), use: { link: peer.link, version, grant }, verified, sealed: fields, arrival, recordKey };
}

/** What the signer's authority says now decides nothing about an exchange that has begun. */
function asOfThen(policy: ProofPolicy): ProofPolicy {
  const revocation = async (): Promise<void> => {};
  if (policy.form === 'wss') return { ...policy, revocation };
  if (!('certificates' in policy)) return policy;
  return { ...policy, certificates: { ...policy.certificates, revocation } };
}

interface OwnClaims {
  readonly iat: number;
  readonly link: { readonly id: string; readonly version: number; readonly sha256: string };
  readonly client: string;
  readonly service: string;
  readonly operation: { readonly name: string };
  readonly purpose: string;
  readonly mapping: MappingRef;
}

/** Claims of a statement that we signed ourselves and kept. */
function ownClaims(compact: string): OwnClaims {
  return JSON.parse(Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString()) as OwnClaims;
}
