/** Signing a SOAP message: strings that are canonical as they are written, so that a signature costs one private key operation and little else. */
import { hash, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { randomBytes } from '../../platform/random.ts';
import { element } from '../../xml/element.ts';
import { renderText } from '../../xml/render.ts';
import type { MemberKey } from '../certificates.ts';
import { EXCLUSIVE_C14N, hashOf, methodFor } from './algorithms.ts';
import { BASE64, DS, SOAP, WSSE, WSU, X509_V3 } from './names.ts';

/** A part in exclusive canonical form, with the wsu:Id that it carries. */
export interface PartToSign {
  readonly id: string;
  readonly canonical: string;
}

const PREFIXES = { [SOAP]: 'soap', [WSSE]: 'wsse', [WSU]: 'wsu' };
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

const signAsync = promisify(sign);

/** A function from a part's name to its id: unique in the message, also beside ids that the payload may carry. */
export function partIds(): (name: string) => string {
  const unique = randomBytes(12).toString('hex');
  return (name) => `${name}-${unique}`;
}

/**
 * The wsse:Security header over `parts`, a timestamp of its own and the signer's certificate: rsa-sha256 or ecdsa-sha256 by the
 * key. Times are UTC milliseconds. Source: WSS SOAP Message Security 1.1, sections 5 to 10; XML-DSIG 1.1, section 4.
 */
export async function renderSecurity(parts: readonly PartToSign[], ids: (name: string) => string, times: { readonly created: number; readonly expires: number }, signer: MemberKey): Promise<string> {
  const token = { id: ids('token'), canonical: renderToken(ids('token'), signer.chain[0]!) };
  const timestamp = { id: ids('timestamp'), canonical: renderTimestamp(ids('timestamp'), times) };
  const method = methodFor(signer.key);
  const signedInfo = renderSignedInfo(method, [timestamp, token, ...parts]);
  const value = await signBytes(method, Buffer.from(signedInfo, 'utf8'), signer);
  const keyInfo = `<ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI="#${token.id}" ValueType="${X509_V3}"/></wsse:SecurityTokenReference></ds:KeyInfo>`;
  const signature = `<ds:Signature xmlns:ds="${DS}">${signedInfo}<ds:SignatureValue>${value.toString('base64')}</ds:SignatureValue>${keyInfo}</ds:Signature>`;
  return `<wsse:Security xmlns:soap="${SOAP}" xmlns:wsse="${WSSE}" soap:mustUnderstand="1">${timestamp.canonical}${token.canonical}${signature}</wsse:Security>`;
}

/** RSA takes a millisecond: it goes to the thread pool. P-256 takes less than the way there. */
function signBytes(method: string, data: Buffer, { key }: MemberKey): Buffer | Promise<Buffer> {
  const options = { key, dsaEncoding: 'ieee-p1363' } as const;
  return key.asymmetricKeyType === 'rsa' ? signAsync(hashOf(method), data, options) : sign(hashOf(method), data, options);
}

function renderToken(id: string, certificate: Uint8Array): string {
  const attributes = [{ ns: WSU, name: 'Id', value: id }, { ns: '', name: 'EncodingType', value: BASE64 }, { ns: '', name: 'ValueType', value: X509_V3 }];
  return renderText(element(WSSE, 'BinarySecurityToken', [Buffer.from(certificate).toString('base64')], attributes), PREFIXES);
}

function renderTimestamp(id: string, times: { readonly created: number; readonly expires: number }): string {
  const instant = (name: string, ms: number) => element(WSU, name, [new Date(ms).toISOString()]);
  return renderText(element(WSU, 'Timestamp', [instant('Created', times.created), instant('Expires', times.expires)], [{ ns: WSU, name: 'Id', value: id }]), PREFIXES);
}

/** Ids and digests need no escaping, so that this template is the canonical form. */
function renderSignedInfo(method: string, parts: readonly PartToSign[]): string {
  const references = parts.map((part) => {
    const digest = hash('sha256', part.canonical, 'base64');
    return `<ds:Reference URI="#${part.id}"><ds:Transforms><ds:Transform Algorithm="${EXCLUSIVE_C14N}"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="${SHA256}"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`;
  });
  const methods = `<ds:CanonicalizationMethod Algorithm="${EXCLUSIVE_C14N}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="${method}"></ds:SignatureMethod>`;
  return `<ds:SignedInfo xmlns:ds="${DS}">${methods}${references.join('')}</ds:SignedInfo>`;
}
