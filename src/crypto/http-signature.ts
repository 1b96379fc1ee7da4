/**
 * HTTP Message Signatures (RFC 9421): signing, and verifying what exactly a signature covers. A profile: the derived components below, plain
 * header fields, and `;req` in answers. Every other parameter of a component is refused, since it would change what is covered.
 */
import { sign, verify } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { HttpHeaders } from '../platform/http-client.ts';
import { HTTP_ALGORITHMS } from './message-keys.ts';
import type { MessageKey } from './message-keys.ts';
import { bytesOf, isInnerList, readDictionary, writeDictionary, writeInnerList, writeItem } from './structured-fields.ts';
import type { InnerList, Item, Parameters } from './structured-fields.ts';

export const SIGNATURE = 'signature';
export const SIGNATURE_INPUT = 'signature-input';

/** What components are taken from. Header names are lower case; a repeated header is joined with ', '. */
export interface SignedRequest {
  readonly method: string;
  /** `https://host[:port]`, as the sender knows it. */
  readonly origin: string;
  /** Path and query as on the request line; never empty. */
  readonly target: string;
  readonly headers: HttpHeaders;
}

export interface SignedResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** What is answered; without it nothing of the form `;req` can be covered. */
  readonly request?: SignedRequest;
}

export type SignedMessage = SignedRequest | SignedResponse;

export interface SignatureRules {
  /**
   * The key that is registered under this name, or that of the certificate which came with the signature: in its own header (`x5c` of a JWS, the signer's first, DER; reading it
   * throws `signature-invalid`), or where the caller finds it. Throws `signature-untrusted` for a signer that is not believed, `signature-expired` and `signature-weak` for its certificate.
   */
  keyOf(keyid: string | undefined, certificates: () => readonly Uint8Array[]): MessageKey;
  /** Component identifiers as they are written, without quotes: `@method`, `content-digest`, `@method;req`. One of each list must be covered. */
  readonly components: readonly (readonly [string, ...string[]])[];
  /** Value of the parameter `tag`; with it, signatures under other tags (of a proxy) are passed over. */
  readonly tag?: string;
  readonly nonce: boolean;
  /** Milliseconds that `created` may lie back, and ahead. */
  readonly maxAge: number;
  readonly maxAhead: number;
}

export interface CoveredMessage {
  readonly keyid: string;
  /** Component identifiers that the signature covers. */
  readonly components: ReadonlySet<string>;
  /** The header fields that it covers, and no other. */
  readonly headers: HttpHeaders;
}

/** A field name in lower case (RFC 9110, section 5.1), or the name of a derived component. */
const COMPONENT_NAME = /^@?[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/;

const DERIVED_OF_REQUEST: Readonly<Record<string, (request: SignedRequest) => string>> = {
  '@method': ({ method }) => method,
  '@target-uri': ({ origin, target }) => `${origin}${target}`,
  '@authority': ({ origin }) => new URL(origin).host,
  '@scheme': ({ origin }) => new URL(origin).protocol.slice(0, -1),
  '@path': ({ target }) => target.split('?', 1)[0]!,
  '@query': ({ target }) => (target.includes('?') ? target.slice(target.indexOf('?')) : '?'),
};

/** Headers `signature-input` and `signature` over `components`, under `label`. `created` in UTC milliseconds. Throws `internal` for a component that the message does not have. */
export function signHttpMessage(message: SignedMessage, components: readonly string[], key: MessageKey, facts: { readonly label: string; readonly created: number; readonly nonce?: string; readonly tag?: string }): HttpHeaders {
  const items = components.map((text): Item => (text.endsWith(';req') ? [text.slice(0, -4), new Map([['req', true]])] : [text, new Map()]));
  const parameters: [string, string | number | undefined][] = [['created', Math.floor(facts.created / 1000)], ['keyid', key.keyid], ['nonce', facts.nonce], ['tag', facts.tag]];
  const input: InnerList = [items, new Map(parameters.filter(([, value]) => value !== undefined))];
  const base = signatureBase(message, input, (identifier) => new CausewayError('internal', `nothing to sign as ${identifier}`));
  const { digest, options } = HTTP_ALGORITHMS[key.http];
  return { [SIGNATURE_INPUT]: writeDictionary(facts.label, input), [SIGNATURE]: writeDictionary(facts.label, sign(digest, base, { key: key.key, ...options })) };
}

/**
 * What the one signature of a message covers. Throws `signature-missing`; `signature-invalid` for a field that cannot be read, several signatures,
 * a component that is not there or stands twice, and a value that does not verify; `signature-weak` for another algorithm than that of the key and
 * for component parameters; `signature-untrusted`; `signature-incomplete` for a component or parameter that is required; `signature-expired`.
 */
export function verifyHttpSignature(message: SignedMessage, rules: SignatureRules, now: number): CoveredMessage {
  const { label, input } = chosen(message.headers, rules.tag);
  const [items, parameters] = input;
  const key = rules.keyOf(requiredText(parameters, 'keyid'), () => []);
  checkAlgorithm(parameters, key);
  checkTimes(parameters, rules, now);
  if (rules.nonce) requiredText(parameters, 'nonce');
  const base = signatureBase(message, input, (identifier) => failed('signature-invalid', `The signature covers ${identifier}, which the message does not have.`));
  const { digest, options } = HTTP_ALGORITHMS[key.http];
  if (!verify(digest, base, { key: key.key, ...options }, signatureOf(message.headers, label))) throw failed('signature-invalid', 'The signature does not verify.');
  const components = new Set(items.map(identifierText));
  for (const one of rules.components) if (!one.some((identifier) => components.has(identifier))) throw failed('signature-incomplete', `The signature must cover ${one.join(' or ')}.`);
  const headers = Object.fromEntries(Object.entries(message.headers).filter(([name]) => components.has(name)));
  return { keyid: key.keyid, components, headers };
}

/** The one signature that counts. Which of several would be meant, a second reader could see otherwise. */
function chosen(headers: HttpHeaders, tag: string | undefined): { label: string; input: InnerList } {
  const field = headers[SIGNATURE_INPUT];
  if (field === undefined || headers[SIGNATURE] === undefined) throw failed('signature-missing', 'Signature-Input or Signature is missing.');
  const inputs = [...readDictionary(SIGNATURE_INPUT, field)].map(([label, member]) => {
    if (!isInnerList(member)) throw failed('signature-invalid', 'A member of Signature-Input is not a list of components.');
    return { label, input: member };
  });
  const [one, ...others] = inputs.filter(({ input }) => tag === undefined || input[1].get('tag') === tag);
  if (one === undefined) throw failed('signature-missing', `No signature has the tag ${tag ?? ''}.`);
  if (others.length > 0) throw failed('signature-invalid', 'There are several signatures.');
  return one;
}

function signatureOf(headers: HttpHeaders, label: string): Uint8Array {
  const value = bytesOf(readDictionary(SIGNATURE, headers[SIGNATURE] ?? '').get(label));
  if (value === undefined) throw failed('signature-invalid', 'Signature has no bytes under the label of Signature-Input.');
  return value;
}

function checkAlgorithm(parameters: Parameters, key: MessageKey): void {
  const alg = parameters.get('alg');
  if (alg !== undefined && alg !== key.http) throw failed('signature-weak', `The key is registered for ${key.http}.`);
}

function checkTimes(parameters: Parameters, { maxAge, maxAhead }: SignatureRules, now: number): void {
  const created = seconds(parameters, 'created');
  const expires = seconds(parameters, 'expires');
  if (created === undefined) throw failed('signature-incomplete', 'The parameter created is missing.');
  if (created * 1000 < now - maxAge) throw failed('signature-expired', 'The message was signed too long ago.');
  if (created * 1000 > now + maxAhead) throw failed('signature-expired', 'The message was signed in the future: check the clock.');
  if (expires !== undefined && expires * 1000 <= now) throw failed('signature-expired', 'The signature says that it has expired.');
}

function seconds(parameters: Parameters, name: string): number | undefined {
  const value = parameters.get(name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw failed('signature-invalid', `The parameter ${name} is not a whole number.`);
  return value;
}

function requiredText(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined || value === '') throw failed('signature-incomplete', `The parameter ${name} is missing.`);
  if (typeof value !== 'string') throw failed('signature-invalid', `The parameter ${name} is not a string.`);
  return value;
}

/** RFC 9421, section 2.5. */
function signatureBase(message: SignedMessage, input: InnerList, missing: (identifier: string) => CausewayError): Buffer {
  const [items] = input;
  const seen = new Set<string>();
  const lines = items.map((item) => {
    const identifier = identifierText(item);
    if (seen.has(identifier)) throw failed('signature-invalid', `The signature covers ${identifier} twice.`);
    seen.add(identifier);
    const value = componentValue(message, item);
    if (value === undefined) throw missing(identifier);
    return `${writeItem(item)}: ${value}`;
  });
  return Buffer.from([...lines, `"@signature-params": ${writeInnerList(input)}`].join('\n'), 'latin1');
}

/** `@method`, `content-digest`, `@method;req`. */
function identifierText([name, parameters]: Item): string {
  if (typeof name !== 'string' || !COMPONENT_NAME.test(name)) throw failed('signature-invalid', 'A component is not named by a string in lower case.');
  const [first, ...others] = parameters;
  if (first === undefined) return name;
  if (others.length > 0 || first[0] !== 'req' || first[1] !== true) throw failed('signature-weak', `The component ${name} has a parameter that is not accepted.`);
  return `${name};req`;
}

function componentValue(message: SignedMessage, item: Item): string | undefined {
  const [name] = identifierText(item).split(';', 1) as [string];
  const ofRequest = item[1].size > 0;
  const source = !ofRequest ? message : 'status' in message ? message.request : undefined;
  if (source === undefined) return undefined;
  if (!name.startsWith('@')) return Object.hasOwn(source.headers, name) ? source.headers[name] : undefined;
  if ('status' in source) return name === '@status' ? String(source.status) : undefined;
  return Object.hasOwn(DERIVED_OF_REQUEST, name) ? DERIVED_OF_REQUEST[name]?.(source) : undefined;
}

function failed(code: ErrorCode, hint: string): CausewayError {
  return new CausewayError(code, hint, { facts: { hint } });
}
