/**
 * Judges a signed document of a security server (X-Road's ASiC-E here, UXP's ASiC-S in cms-document.ts) in the order of X-Road's own verifier: parts, signer, time-stamp, hash chain,
 * certificate and member, signature, path, OCSP; all at the time of the time-stamp, and under the configuration of the signer's own instance.
 */
import type { CertificatePath } from '../../crypto/certificate-path.ts';
import { verifyTimestamp } from '../../crypto/timestamp.ts';
import type { Timestamp } from '../../crypto/timestamp.ts';
import { proveXades, readXades } from '../../crypto/xml-signature/xades.ts';
import type { XadesSignature } from '../../crypto/xml-signature/xades.ts';
import { asCausewayError } from '../../errors.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import { certifiedSigner, checkRevocation, memberText } from './certified-signer.ts';
import { unverifiable, verifyCms } from './cms-document.ts';
import { needPart, readContainer } from './container.ts';
import type { SignedDocument, Told } from './container.ts';
import type { GlobalConfiguration } from './global-configuration.ts';
import { verifyHashChain } from './hash-chain.ts';
import { platformError } from './platform-error.ts';
import { readLoggedMessage } from './signer.ts';
import type { LoggedMessage } from './signer.ts';

/** What was proven, and what was checked for it, in order. */
export interface DocumentProof extends LoggedMessage {
  /** The message itself, and the parts beside it that the signature covers, by URI. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
  /** UTC milliseconds: when the signature existed at the latest. */
  readonly time: number;
  readonly timestamper: string;
  /** Subject of the signing certificate. */
  readonly certificate: string;
}

const MESSAGE = '/message.xml';
const SIGNATURE_RESULT = '/sig-hashchainresult.xml';
const TIMESTAMP_RESULT = '/ts-hashchainresult.xml';

/**
 * `configurations`: by instance, case exact. Throws what does not hold, with X-Road's code as `facts.platformCode` where X-Road has one:
 * `malformed`, `signature-invalid`, `signature-weak`, `signature-untrusted`, `signature-expired`, `too-large`.
 */
export async function verifySignedDocument(bytes: Uint8Array, configurations: ReadonlyMap<string, GlobalConfiguration>, limits: XmlLimits, told: Told = () => {}): Promise<DocumentProof> {
  const document = await readContainer(bytes);
  told('container', `${document.parts.size} files`);
  const message = readLoggedMessage(document.message, limits);
  const configuration = configurations.get(message.signer.instance);
  if (configuration === undefined) throw platformError('signature-untrusted', 'malformed_global_conf', `no configuration of instance ${message.signer.instance}`);
  told('message', `${message.kind} ${message.messageId}, to be signed by ${memberText(message.signer)}`);
  return document.form === 'cms' ? simpleProof(document, message, configuration, told) : extendedProof(document, message, configuration, limits, told);
}

/** ASiC-S: CMS over the one message. Throws `signature-weak` for a signature that nothing here verifies. */
function simpleProof(document: SignedDocument, message: LoggedMessage, configuration: GlobalConfiguration, told: Told): DocumentProof {
  const because = unverifiable(document);
  if (because !== undefined) throw platformError('signature-weak', 'malformed_signature', because);
  const { stamp, path } = verifyCms(document, message.signer, configuration, told);
  return proofOf(document, message, [MESSAGE], stamp, path);
}

/** ASiC-E: XAdES, over parts or over a hash chain. */
function extendedProof(document: SignedDocument, message: LoggedMessage, configuration: GlobalConfiguration, limits: XmlLimits, told: Told): DocumentProof {
  const signature = readXades(document.signature, limits);
  const [first] = signature.parts;
  if (first?.uri !== MESSAGE && first?.uri !== SIGNATURE_RESULT) throw platformError('malformed', 'malformed_signature', 'the signature does not begin with the message or its hash chain');
  const stamp = timestampOf(document, signature, configuration, limits);
  told('time-stamp', `${new Date(stamp.time).toISOString()} by ${stamp.authority}`);
  if (first.uri === SIGNATURE_RESULT) {
    chained(document, SIGNATURE_RESULT, coveredBy(document), limits, 'malformed_signature.');
    told('hash chain', 'the signature covers message and attachments through its chain');
  }
  const path = certifiedSigner(signature, message.signer, configuration, stamp.time);
  told('signer', `${path.certificate.x509.subject.replaceAll('\n', ', ')}, issued by ${path.issuer}`);
  proveXades(signature, (uri) => document.parts.get(uri.startsWith('/') ? uri : `/${uri}`));
  const covered = first.uri === SIGNATURE_RESULT ? coveredBy(document) : signature.parts.map(({ uri }) => uri);
  if (!covered.includes(MESSAGE) || attachmentsOf(document).some((uri) => !covered.includes(uri))) throw platformError('signature-incomplete', 'malformed_signature', 'the signature does not cover the message and every attachment');
  told('signature', `${signature.method.replace(/.*#/, '')} over ${covered.join(', ')}`);
  checkRevocation(signature.ocspResponses, path, configuration, stamp.time);
  told('OCSP', 'the certificate was good');
  return proofOf(document, message, covered, stamp, path);
}

function proofOf({ parts }: SignedDocument, message: LoggedMessage, covered: readonly string[], stamp: Timestamp, path: CertificatePath): DocumentProof {
  return { ...message, parts: new Map(covered.map((uri) => [uri, parts.get(uri)!])), time: stamp.time, timestamper: stamp.authority, certificate: path.certificate.x509.subject.replaceAll('\n', ', ') };
}

/** Over the signature value, as the signature carries it, or over the hash chain of a batch of signatures. */
function timestampOf(document: SignedDocument, signature: XadesSignature, { timestampers }: GlobalConfiguration, limits: XmlLimits): Timestamp {
  const trust = { authorities: timestampers };
  if (signature.timestamp !== undefined) return verifyTimestamp(signature.timestamp, signature.value, trust);
  const token = needPart(document, '/META-INF/timestamp.tst', 'asic_timestamp_not_found');
  chained(document, TIMESTAMP_RESULT, ['/META-INF/signatures.xml'], limits, '');
  return verifyTimestamp(token, needPart(document, TIMESTAMP_RESULT, 'asic_hash_chain_result_not_found'), trust);
}

function chained(document: SignedDocument, result: string, inputs: readonly string[], limits: XmlLimits, prefix: string): void {
  const outcome = needPart(document, result, 'asic_hash_chain_result_not_found');
  const chain = needPart(document, result.replace('result', ''), 'asic_hash_chain_not_found');
  try {
    verifyHashChain(outcome, chain, inputs, (uri) => document.parts.get(uri), limits);
  } catch (thrown) {
    const { code, message, facts } = asCausewayError(thrown);
    throw platformError(code, `${prefix}${facts.platformCode ?? 'invalid_hash_chain'}`, message, thrown);
  }
}

function attachmentsOf({ parts }: SignedDocument): string[] {
  return [...parts.keys()].filter((uri) => /^\/attachment\d+$/.test(uri));
}

function coveredBy(document: SignedDocument): string[] {
  return [MESSAGE, ...attachmentsOf(document)];
}
