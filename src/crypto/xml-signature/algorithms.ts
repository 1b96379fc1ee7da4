/** Closed tables of what an XML signature of a member may use. A lookup throws `signature-weak` on anything else. */
import type { KeyObject } from 'node:crypto';
import { verify } from 'node:crypto';
import { CausewayError } from '../../errors.ts';

export const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';

interface Method {
  readonly hash: 'sha256' | 'sha512';
  readonly key: 'rsa' | 'ec';
}

/** SignatureMethod. Source: RFC 6931, sections 2.3.2, 2.3.4 and 2.3.6. */
const METHODS: Readonly<Record<string, Method>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': { hash: 'sha256', key: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': { hash: 'sha512', key: 'rsa' },
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256': { hash: 'sha256', key: 'ec' },
};

/** DigestMethod. Source: XML-DSIG 1.1, section 6.2. */
const DIGESTS: Readonly<Record<string, 'sha256' | 'sha512'>> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
};

export const SIGNATURE_METHODS: readonly string[] = Object.keys(METHODS);
export const DIGEST_METHODS: readonly string[] = Object.keys(DIGESTS);

const MIN_RSA_BITS = 2048;

export function digestNamed(uri: string | undefined): 'sha256' | 'sha512' {
  return look(DIGESTS, uri, 'digest');
}

/** The method's URI, when it is one of the table. */
export function methodNamed(uri: string | undefined): string {
  look(METHODS, uri, 'signature method');
  return uri!;
}

/** The method for signing with `key`. Throws `config-invalid` for a key that no method takes. */
export function methodFor(key: KeyObject): string {
  const uri = SIGNATURE_METHODS.find((one) => fits(METHODS[one]!, key));
  if (uri === undefined) throw new CausewayError('config-invalid', 'the signing key is neither RSA of 2048 bits or more nor P-256');
  return uri;
}

export function hashOf(method: string): 'sha256' | 'sha512' {
  return look(METHODS, method, 'signature method').hash;
}

/** Throws `signature-weak` unless `key` is one that `method` takes: the key decides, never the message alone. */
export function checkKey(method: string, key: KeyObject): void {
  if (!fits(look(METHODS, method, 'signature method'), key)) throw weak('a key that the signature method does not take');
}

/** Whether `value` signs `data`. ECDSA values are r‖s (XML-DSIG 1.1, section 6.4.3). */
export function verifyValue(method: string, key: KeyObject, data: Uint8Array, value: Uint8Array): boolean {
  return verify(hashOf(method), data, { key, dsaEncoding: 'ieee-p1363' }, value);
}

function fits(method: Method, key: KeyObject): boolean {
  if (key.asymmetricKeyType !== method.key) return false;
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  return method.key === 'rsa' ? modulusLength >= MIN_RSA_BITS : namedCurve === 'prime256v1';
}

function look<T>(table: Readonly<Record<string, T>>, uri: string | undefined, what: string): T {
  const found = uri !== undefined && Object.hasOwn(table, uri) ? table[uri] : undefined;
  if (found === undefined) throw weak(`${what} that is not accepted`);
  return found;
}

/** The signature uses a form outside the profile. */
export function weak(message: string): CausewayError {
  return new CausewayError('signature-weak', message, { facts: { hint: `Found ${message}.` } });
}
