/** Sealing: signing (and encrypting) for the peer. Only mapped documents can be sealed; the statement is signed last, over the digests of everything beside it. */
import { randomBytes } from 'node:crypto';
import { contentCommitment, sha256Base64url } from '../crypto/digest.ts';
import { encryptChunked } from '../crypto/chunked.ts';
import { encryptJwe } from '../crypto/jwe.ts';
import { jwsIdentity, signJws } from '../crypto/jws.ts';
import type { JwsKey } from '../crypto/jws.ts';
import type { EncryptionKey } from '../crypto/jwe.ts';
import { CODES, CausewayError } from '../errors.ts';
import type { Delivered, ErrorCode } from '../errors.ts';
import { fieldList } from '../mapping/field-list.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { encodeFrames } from '../platform/frames.ts';
import { nonce } from '../platform/ids.ts';
import { mintSealed } from '../stages.ts';
import type { DomesticProof, ManifestContext, Mapped, Sealed, StatementType } from '../stages.ts';
import type { PeerTrust } from '../trust/peer-trust.ts';
import type { Grant, LinkVersion } from './link.ts';
import { DOCUMENT_PART, MANIFEST_FRAME, PART_FRAME } from './manifest.ts';
import type { Manifest, Part } from './manifest.ts';
import { LIFETIME_S } from './statement.ts';
import type { Authentic, ClaimsOf, Promised, RequestClaims } from './statement.ts';

/** Our side of a link, as sealing and opening need it. */
export interface Side {
  readonly trust: PeerTrust;
  readonly statementKey: JwsKey;
  /** Our private encryption keys, newest first. */
  readonly encryptionKeys: readonly EncryptionKey[];
  readonly maxStatementBytes: number;
}

interface Contents {
  readonly mapped: Mapped<'neutral'>;
  readonly context: ManifestContext;
  readonly proof: DomesticProof;
}

export interface ResponseFacts extends Contents {
  readonly promise: Promised;
  readonly grant: Pick<Grant, 'maxBytes' | 'fields'>;
}

export interface RequestFacts extends Contents {
  readonly xid: string;
  readonly grant: Grant;
  /** Milliseconds that the asker still waits. */
  readonly budget: number;
}

/** Throws `too-large` when the message is larger than the grant lets cross. */
export async function sealRequest(facts: RequestFacts, version: LinkVersion, side: Side, now: number): Promise<Sealed> {
  requireMinimised(facts.mapped, facts.grant.fields?.request);
  const head = common(facts.xid, linkRef(version), version, now);
  const sealed = await sealContents(facts, 'causeway-request+jwt', head, version.out.sealing, side, now);
  checkLength(sealed.length, facts.grant.maxBytes, 'too-large');
  const { client, service, operation, purpose } = facts.grant;
  return signed('causeway-request+jwt', { ...head, ...sealed.claims, budget: facts.budget, client, service, operation, purpose }, sealed.payload, side, sealed.salt);
}

/** Throws `service-answer-invalid` when the answer is larger than the grant lets cross. */
export async function sealResponse(facts: ResponseFacts, request: Authentic<'causeway-request+jwt'>, version: LinkVersion, side: Side, now: number): Promise<Sealed> {
  requireMinimised(facts.mapped, facts.grant.fields?.response);
  const head = common(request.claims.jti, request.claims.link, version, now);
  const sealed = await sealContents(facts, 'causeway-response+jwt', head, version.in.sealing, side, now);
  checkLength(sealed.length, facts.grant.maxBytes, 'service-answer-invalid');
  return signed('causeway-response+jwt', { ...head, ...sealed.claims, request: request.identity, promise: facts.promise }, sealed.payload, side, sealed.salt);
}

export interface Refusal {
  readonly code: ErrorCode;
  readonly delivered: Delivered;
  /** RFC 3339 time in UTC from which asking again makes sense. */
  readonly until?: string;
  /** Of sealServiceFault. */
  readonly fault?: string;
}

/** A signed refusal; its body (RFC 9457) repeats code, title and exchange id, holds the sealed fault of the service where there is one, and nothing else. */
export async function sealRefusal({ code, delivered, until, fault }: Refusal, request: Authentic<'causeway-request+jwt'>, side: Side, us: string, now: number): Promise<Sealed> {
  const iat = Math.floor(now / 1000);
  const { jti, link, iss } = request.claims;
  const claims = { iss: us, aud: iss, jti, nonce: nonce(), iat, exp: iat + LIFETIME_S, link, request: request.identity, code, delivered, ...(fault === undefined ? {} : { fault: sha256Base64url(fault) }), ...(until === undefined ? {} : { until }) };
  return signed('causeway-refusal+jwt', claims, problemBody(code, jti, fault), side);
}

/** application/problem+json of a refusal; unsigned where no statement could be verified. */
export function problemBody(code: ErrorCode, xid?: string, fault?: string): Uint8Array {
  return Buffer.from(JSON.stringify({ type: `urn:causeway:error:${code}`, title: CODES[code].text, ...(xid === undefined ? {} : { exchange: xid }), ...(fault === undefined ? {} : { fault }) }));
}

type Head = Pick<RequestClaims, 'iss' | 'aud' | 'jti' | 'nonce' | 'iat' | 'exp' | 'link'>;

function common(jti: string, link: RequestClaims['link'], version: LinkVersion, now: number): Head {
  const iat = Math.floor(now / 1000);
  return { iss: version.us.entity, aud: version.peer.entity, jti, nonce: nonce(), iat, exp: iat + LIFETIME_S, link };
}

function linkRef({ agreement, sha256 }: LinkVersion): RequestClaims['link'] {
  return { id: agreement.id, version: agreement.version, sha256 };
}

async function sealContents({ mapped, context, proof }: Contents, type: StatementType, head: Head, sealing: 'jwe' | 'tls', side: Side, now: number) {
  const document = sealPart(DOCUMENT_PART, 'application/json', Buffer.from(canonicalJson(mapped.fields.document)), sealing, partPlace(type, head, 0));
  const salt = randomBytes(32);
  const manifest: Manifest = { v: 1, salt: salt.toString('base64url'), context: { ...context, messageIds: { ...context.messageIds }, loss: copyLoss(context.loss) }, parts: [document.part] };
  const plaintext = Buffer.from(canonicalJson(manifest));
  const sealedManifest = sealing === 'jwe' ? Buffer.from(await encryptJwe(plaintext, side.trust.encryptionKey(now), sealBinding(type, head))) : plaintext;
  const payload = encodeFrames([
    { kind: MANIFEST_FRAME, bytes: sealedManifest },
    { kind: PART_FRAME, bytes: document.sent },
  ]);
  const { neutral, mapping, minimised } = mapped.fields;
  const claims = { neutral, mapping, ...(minimised === undefined ? {} : { minimised }), sealing, payload: { manifest: sha256Base64url(sealedManifest), parts: 1, bytes: payload.length }, content: contentCommitment(salt, plaintext), domestic: proof };
  return { claims, payload, salt, length: plaintext.length + document.part.length };
}

/** Nothing leaves that was not cut down as the grant says: a caller that forgot is a bug of ours. */
function requireMinimised({ fields }: Mapped<'neutral'>, paths: readonly string[] | undefined): void {
  if (fields.minimised !== (paths && fieldList(paths).sha256)) throw new CausewayError('internal', 'a document that was not cut down to the fields that the grant lists');
}

/** What the other side would refuse is not sent: it would blame whoever it came from. */
function checkLength(bytes: number, maxBytes: number, code: 'too-large' | 'service-answer-invalid'): void {
  if (bytes > maxBytes) throw new CausewayError(code, `${bytes} bytes, the grant allows ${maxBytes}`, { facts: { hint: `The link allows ${maxBytes} bytes.`, delivered: code === 'too-large' ? 'no' : 'yes' } });
}

/** What a sealed manifest is bound to: it opens only beside a statement with the same values. */
export function sealBinding(type: StatementType, claims: Pick<RequestClaims, 'iss' | 'aud' | 'jti'>): { readonly iss: string; readonly aud: string; readonly jti: string; readonly typ: string } {
  return { iss: claims.iss, aud: claims.aud, jti: claims.jti, typ: type };
}

/** Context of a part's encryption: a part opens only in its own place of its own exchange and direction. */
export function partPlace(type: StatementType, claims: Pick<RequestClaims, 'iss' | 'jti'>, index: number): string {
  return `${type}\0${claims.iss}\0${claims.jti}\0${index}`;
}

function sealPart(name: string, mediaType: string, plaintext: Uint8Array, sealing: 'jwe' | 'tls', place: string): { part: Part; sent: Uint8Array } {
  const listed = { name, type: mediaType, length: plaintext.length, sha256: sha256Base64url(plaintext) };
  if (sealing === 'tls') return { part: { ...listed, sent: listed.sha256 }, sent: plaintext };
  const key = randomBytes(32);
  const sent = encryptChunked(key, place, plaintext);
  return { part: { ...listed, sent: sha256Base64url(sent), key: key.toString('base64url') }, sent };
}

function copyLoss({ dropped, defaulted, approximated, unknown, minimised }: ManifestContext['loss']) {
  return { dropped: [...dropped], defaulted: [...defaulted], approximated: [...approximated], unknown: [...unknown], ...(minimised === undefined ? {} : { minimised: [...minimised] }) };
}

async function signed(type: StatementType, claims: ClaimsOf[StatementType], payload: Uint8Array, side: Side, salt?: Uint8Array): Promise<Sealed> {
  const statement = signJws(type, canonicalJson(claims), side.statementKey);
  return mintSealed({ type, statement, identity: jwsIdentity(statement), kid: side.statementKey.kid, iat: claims.iat, payload, ...(salt === undefined ? {} : { salt }) });
}
