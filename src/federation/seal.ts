/** Sealing: signing (and encrypting) for the peer. Only mapped documents can be sealed; the statement is signed last, over the digests of everything beside it. */
import { contentCommitment, sha256Base64url } from '../crypto/digest.ts';
import { encryptJwe } from '../crypto/jwe.ts';
import { jwsIdentity, signJws } from '../crypto/jws.ts';
import type { Signer } from '../crypto/jws.ts';
import type { Opener } from '../crypto/jwe.ts';
import { CODES, CausewayError } from '../errors.ts';
import type { Delivered, ErrorCode } from '../errors.ts';
import { fieldList } from '../mapping/field-list.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { frameContents } from '../platform/frames.ts';
import { nonce } from '../platform/ids.ts';
import { randomBytes } from '../platform/random.ts';
import type { SpoolScope } from '../platform/spool.ts';
import { mintSealed } from '../stages.ts';
import type { Content, DomesticProof, ManifestContext, Mapped, Sealed, StatementType } from '../stages.ts';
import type { PeerTrust } from '../trust/peer-trust.ts';
import { allowedAttachments } from './link.ts';
import type { Grant, LinkVersion } from './link.ts';
import { DOCUMENT_PART, MANIFEST_FRAME, PART_FRAME } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { partPlace, sealAttachments, sealPart } from './parts.ts';
import { LIFETIME_S } from './statement.ts';
import type { Authentic, ClaimsOf, Promised, RequestClaims } from './statement.ts';

/** Our side of a link, as sealing and opening need it. */
export interface Side {
  readonly trust: PeerTrust;
  /** In use at the moment: asked for at each signature. */
  readonly statementKey: Signer;
  /** Our private encryption keys, newest first. */
  readonly encryptionKeys: readonly Opener[];
  readonly maxStatementBytes: number;
  /** Bytes of a sealed manifest, and of a neutral document: both are read in memory. */
  readonly maxManifestBytes: number;
  readonly maxDocumentBytes: number;
}

interface Contents {
  readonly mapped: Mapped<'neutral'>;
  readonly context: ManifestContext;
  readonly proof: DomesticProof;
  /** Where parts go that do not fit in memory. */
  readonly scope?: SpoolScope;
}

export interface ResponseFacts extends Contents {
  readonly promise: Promised;
  readonly grant: Pick<Grant, 'maxBytes' | 'fields' | 'attachments' | 'neutral'>;
}

export interface RequestFacts extends Contents {
  readonly xid: string;
  readonly grant: Grant;
  /** Milliseconds that the asker still waits. */
  readonly budget: number;
}

/** Throws `too-large` when the message is larger, or has more attachments, than the grant lets cross, and `disk-full`. */
export async function sealRequest(facts: RequestFacts, version: LinkVersion, side: Side, now: number): Promise<Sealed> {
  requireMinimised(facts.mapped, facts.grant.fields?.request);
  const head = common(facts.xid, linkRef(version), version, now);
  checkAttachments(facts, 'too-large');
  const sealed = await sealContents(facts, 'causeway-request+jwt', head, version.out.sealing, side, now);
  checkLength(sealed, facts.grant.maxBytes, side, 'too-large');
  const { client, service, operation, purpose } = facts.grant;
  return signed('causeway-request+jwt', { ...head, ...sealed.claims, budget: facts.budget, client, service, operation, purpose }, sealed.payload, side, sealed.salt);
}

/** Throws `service-answer-invalid` when the answer is larger, or has more attachments, than the grant lets cross, and `disk-full`. */
export async function sealResponse(facts: ResponseFacts, request: Authentic<'causeway-request+jwt'>, version: LinkVersion, side: Side, now: number): Promise<Sealed> {
  requireMinimised(facts.mapped, facts.grant.fields?.response);
  const head = common(request.claims.jti, request.claims.link, version, now);
  checkAttachments(facts, 'service-answer-invalid');
  const sealed = await sealContents(facts, 'causeway-response+jwt', head, version.in.sealing, side, now);
  checkLength(sealed, facts.grant.maxBytes, side, 'service-answer-invalid');
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

async function sealContents({ mapped, context, proof, scope }: Contents, type: StatementType, head: Head, sealing: 'jwe' | 'tls', side: Side, now: number) {
  const document = sealPart(DOCUMENT_PART, 'application/json', Buffer.from(canonicalJson(mapped.fields.document)), sealing, partPlace(type, head, 0));
  const attachments = await sealAttachments(mapped.fields.attachments ?? [], sealing, (at) => partPlace(type, head, at + 1), scope);
  const parts = [document, ...attachments];
  const salt = randomBytes(32);
  const manifest: Manifest = { v: 1, salt: salt.toString('base64url'), context: { ...context, messageIds: { ...context.messageIds }, loss: copyLoss(context.loss) }, parts: parts.map(({ part }) => part) };
  const plaintext = Buffer.from(canonicalJson(manifest));
  const sealedManifest = sealing === 'jwe' ? Buffer.from(await encryptJwe(plaintext, side.trust.encryptionKey(now), sealBinding(type, head))) : plaintext;
  const payload = frameContents([{ kind: MANIFEST_FRAME, content: sealedManifest }, ...parts.map(({ sent }) => ({ kind: PART_FRAME, content: sent }))]);
  const { neutral, mapping, minimised } = mapped.fields;
  const claims = { neutral, mapping, ...(minimised === undefined ? {} : { minimised }), sealing, payload: { manifest: sha256Base64url(sealedManifest), parts: parts.length, bytes: payload.length }, content: contentCommitment(salt, plaintext), domestic: proof };
  return { claims, payload, salt, manifestBytes: sealedManifest.length, documentBytes: document.part.length, bytes: parts.reduce((sum, { part }) => sum + part.length, plaintext.length) };
}

/** Nothing leaves that was not cut down as the grant says: a caller that forgot is a bug of ours. */
function requireMinimised({ fields }: Mapped<'neutral'>, paths: readonly string[] | undefined): void {
  if (fields.minimised !== (paths && fieldList(paths).sha256)) throw new CausewayError('internal', 'a document that was not cut down to the fields that the grant lists');
}

type TooMuch = 'too-large' | 'service-answer-invalid';

/** Before any of them is read: what the grant does not let cross is not sealed either. */
function checkAttachments({ mapped, grant }: Pick<RequestFacts | ResponseFacts, 'mapped' | 'grant'>, code: TooMuch): void {
  const attachments = mapped.fields.attachments ?? [];
  const allowed = allowedAttachments(grant);
  limit(attachments.length, allowed, code, allowed === 0 ? 'The link lets no attachments cross.' : `The link allows ${allowed} attachments.`);
  limit(attachments.reduce((sum, { content }) => sum + content.length, 0), grant.maxBytes, code, `The link allows ${grant.maxBytes} bytes.`);
}

/** What the other side would refuse is not sent: it would blame whoever it came from. */
function checkLength(sealed: { readonly bytes: number; readonly manifestBytes: number; readonly documentBytes: number }, maxBytes: number, side: Side, code: TooMuch): void {
  limit(sealed.bytes, maxBytes, code, `The link allows ${maxBytes} bytes.`);
  limit(sealed.manifestBytes, side.maxManifestBytes, code, `The list of the parts may have ${side.maxManifestBytes} bytes.`);
  limit(sealed.documentBytes, side.maxDocumentBytes, code, `The document may have ${side.maxDocumentBytes} bytes.`);
}

function limit(found: number, allowed: number, code: TooMuch, hint: string): void {
  if (found > allowed) throw new CausewayError(code, `${found}, allowed are ${allowed}`, { facts: { hint, delivered: code === 'too-large' ? 'no' : 'yes' } });
}

/** What a sealed manifest is bound to: it opens only beside a statement with the same values. */
export function sealBinding(type: StatementType, claims: Pick<RequestClaims, 'iss' | 'aud' | 'jti'>): { readonly iss: string; readonly aud: string; readonly jti: string; readonly typ: string } {
  return { iss: claims.iss, aud: claims.aud, jti: claims.jti, typ: type };
}

function copyLoss({ dropped, defaulted, approximated, unknown, minimised }: ManifestContext['loss']) {
  return { dropped: [...dropped], defaulted: [...defaulted], approximated: [...approximated], unknown: [...unknown], ...(minimised === undefined ? {} : { minimised: [...minimised] }) };
}

async function signed(type: StatementType, claims: ClaimsOf[StatementType], payload: Content, side: Side, salt?: Uint8Array): Promise<Sealed> {
  // Once: between two looks another key may come into use.
  const signer = side.statementKey;
  const statement = await signJws(type, canonicalJson(claims), signer);
  return mintSealed({ type, statement, identity: jwsIdentity(statement), kid: signer.kid, iat: claims.iat, payload, ...(salt === undefined ? {} : { salt }) });
}
