/** Signing a SOAP message as a member: WS-Security over every header, the token, the creation time and the body, each by its wsu:Id. */
import { X509Certificate, createPrivateKey, hash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Identity } from '../../crypto/pki.ts';
import { element } from '../../xml/element.ts';
import type { Prefixes } from '../../xml/render.ts';
import { renderText } from '../../xml/render.ts';
import type { XmlElement } from '../../stages.ts';
import { SOAP_NS, XROAD_PREFIXES, renderMessage } from './message.ts';
import { BASE64, DS_NS, EXC_C14N, SHA256, SIGNATURE_METHODS, WSSE_NS, WSU_NS, X509_TOKEN } from './wss-names.ts';

const PREFIXES: Prefixes = { ...XROAD_PREFIXES, [WSSE_NS]: 'wsse', [WSU_NS]: 'wsu', [DS_NS]: 'ds' };
/** Milliseconds after its creation at which a message says of itself that it is too old. */
const LIFETIME = 5 * 60 * 1000;

/** Stands in a frame where each message has something of its own. */
const HOLE = '|';
const ENVELOPE = frame(Buffer.from(renderMessage(element(SOAP_NS, 'Envelope', [element(SOAP_NS, 'Header', [HOLE]), HOLE]), PREFIXES)).toString());
const SECURITY = frame(renderText(element(WSSE_NS, 'Security', [HOLE]), PREFIXES));
const SIGNATURE = frame(renderText(element(DS_NS, 'Signature', [HOLE, element(DS_NS, 'SignatureValue', [HOLE]), keyInfo()]), PREFIXES));

/** Signs as one member. What is the same in every message is rendered once, and each part of a message once: as it stands when it is digested. */
export class MessageSigner {
  readonly #key: KeyObject;
  readonly #prefixes: Prefixes;
  readonly #token: Part;
  /** Up to the first reference; a reference up to its id, up to its digest, and to its end; and the rest. */
  readonly #info: readonly string[];

  /** `prefixes` must name every namespace of the bodies. */
  constructor(identity: Identity, prefixes: Prefixes) {
    this.#prefixes = { ...PREFIXES, ...prefixes };
    this.#key = createPrivateKey(identity.key);
    const method = SIGNATURE_METHODS[this.#key.asymmetricKeyType ?? ''];
    if (method === undefined) throw new Error('sandbox: a member signs with an RSA or an elliptic curve key');
    this.#info = frame(renderText(signedInfo(method), PREFIXES));
    this.#token = part(tokenElement(new X509Certificate(identity.certificate)), 'token', PREFIXES);
  }

  /** The message as bytes. `created`: UTC milliseconds. */
  message(header: readonly XmlElement[], body: XmlElement, created: number): Uint8Array {
    const headers = header.map((one, at) => part(one, `header-${at}`, this.#prefixes));
    const timestamp = part(element(WSU_NS, 'Timestamp', [time('Created', created), time('Expires', created + LIFETIME)]), 'created', this.#prefixes);
    const signedBody = part(element(SOAP_NS, 'Body', [body]), 'body', this.#prefixes);
    const signature = this.#signature([...headers, this.#token, timestamp, signedBody]);
    const security = filled(SECURITY, this.#token.text + timestamp.text + signature);
    return Buffer.from(filled(ENVELOPE, headers.map(({ text }) => text).join('') + security, signedBody.text));
  }

  #signature(parts: readonly Part[]): string {
    const [before, toId, toDigest, toEnd, after] = this.#info;
    const info = `${before}${parts.map(({ id, digest }) => `${toId}${id}${toDigest}${digest}${toEnd}`).join('')}${after}`;
    const value = sign('sha256', Buffer.from(info), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return filled(SIGNATURE, info, value.toString('base64'));
  }
}

/** What a reference of the signature points to. */
interface Part {
  readonly id: string;
  readonly text: string;
  readonly digest: string;
}

/** Rendered alone, an element is in exclusive canonical form, and may stand so in any other. */
function part({ ns, name, children, attributes }: XmlElement, id: string, prefixes: Prefixes): Part {
  const text = renderText(element(ns, name, children, [...attributes, { ns: WSU_NS, name: 'Id', value: id }]), prefixes);
  return { id, text, digest: hash('sha256', text, 'base64') };
}

/** The text around its holes. */
function frame(text: string): readonly string[] {
  return text.split(HOLE);
}

function filled(around: readonly string[], ...contents: readonly string[]): string {
  return around.map((text, at) => text + (contents[at] ?? '')).join('');
}

function tokenElement(certificate: X509Certificate): XmlElement {
  return element(WSSE_NS, 'BinarySecurityToken', [certificate.raw.toString('base64')], { EncodingType: BASE64, ValueType: X509_TOKEN });
}

/** With one reference, between holes. */
function signedInfo(method: string): XmlElement {
  const transforms = element(DS_NS, 'Transforms', [algorithm('Transform', EXC_C14N)]);
  const reference = element(DS_NS, 'Reference', [transforms, algorithm('DigestMethod', SHA256), element(DS_NS, 'DigestValue', [HOLE])], { URI: `#${HOLE}` });
  return element(DS_NS, 'SignedInfo', [algorithm('CanonicalizationMethod', EXC_C14N), algorithm('SignatureMethod', method), HOLE, reference, HOLE]);
}

function keyInfo(): XmlElement {
  const pointer = element(WSSE_NS, 'Reference', [], { URI: '#token', ValueType: X509_TOKEN });
  return element(DS_NS, 'KeyInfo', [element(WSSE_NS, 'SecurityTokenReference', [pointer])]);
}

function time(name: string, at: number): XmlElement {
  return element(WSU_NS, name, [new Date(at).toISOString()]);
}

function algorithm(name: string, uri: string): XmlElement {
  return element(DS_NS, name, [], { Algorithm: uri });
}
