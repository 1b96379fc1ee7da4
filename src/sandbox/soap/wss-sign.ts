/** Signing a SOAP message as a member: WS-Security over every header, the token, the creation time and the body, each by its wsu:Id. */
import { X509Certificate, createHash, createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Identity } from '../../crypto/pki.ts';
import { element } from '../../xml/element.ts';
import type { Prefixes } from '../../xml/render.ts';
import { renderText } from '../../xml/render.ts';
import type { XmlElement } from '../../stages.ts';
import { SOAP_NS, XROAD_PREFIXES, envelope, renderMessage } from './message.ts';
import { BASE64, DS_NS, EXC_C14N, SHA256, SIGNATURE_METHODS, WSSE_NS, WSU_NS, X509_TOKEN } from './wss-names.ts';

const WSS_PREFIXES: Prefixes = { [WSSE_NS]: 'wsse', [WSU_NS]: 'wsu', [DS_NS]: 'ds' };
/** Milliseconds after its creation at which a message says of itself that it is too old. */
const LIFETIME = 5 * 60 * 1000;

export class MessageSigner {
  readonly #key: KeyObject;
  readonly #method: string;
  readonly #token: string;

  constructor(identity: Identity) {
    this.#key = createPrivateKey(identity.key);
    const method = SIGNATURE_METHODS[this.#key.asymmetricKeyType ?? ''];
    if (method === undefined) throw new Error('sandbox: a member signs with an RSA or an elliptic curve key');
    this.#method = method;
    this.#token = new X509Certificate(identity.certificate).raw.toString('base64');
  }

  /** The message as bytes. `created`: UTC milliseconds. `prefixes` must name every namespace of the body. */
  message(header: readonly XmlElement[], body: XmlElement, created: number, prefixes: Prefixes): Uint8Array {
    const all = { ...WSS_PREFIXES, ...prefixes };
    const signed = header.map((part, at) => withId(part, `header-${at}`));
    const timestamp = withId(element(WSU_NS, 'Timestamp', [time('Created', created), time('Expires', created + LIFETIME)]), 'created');
    const bodyId = { ns: WSU_NS, name: 'Id', value: 'body' };
    const token = this.#tokenElement();
    const references = [...signed, token, timestamp, element(SOAP_NS, 'Body', [body], [bodyId])].map((part) => reference(part, all));
    const security = element(WSSE_NS, 'Security', [token, timestamp, this.#signature(references, all)]);
    return renderMessage(envelope([...signed, security], [body], [bodyId]), all);
  }

  #tokenElement(): XmlElement {
    const attributes = [
      { ns: '', name: 'EncodingType', value: BASE64 },
      { ns: '', name: 'ValueType', value: X509_TOKEN },
      { ns: WSU_NS, name: 'Id', value: 'token' },
    ];
    return element(WSSE_NS, 'BinarySecurityToken', [this.#token], attributes);
  }

  #signature(references: readonly XmlElement[], prefixes: Prefixes): XmlElement {
    const info = element(DS_NS, 'SignedInfo', [algorithm('CanonicalizationMethod', EXC_C14N), algorithm('SignatureMethod', this.#method), ...references]);
    const value = sign('sha256', canonical(info, prefixes), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    const pointer = element(WSSE_NS, 'SecurityTokenReference', [element(WSSE_NS, 'Reference', [], { URI: '#token', ValueType: X509_TOKEN })]);
    return element(DS_NS, 'Signature', [info, element(DS_NS, 'SignatureValue', [value.toString('base64')]), element(DS_NS, 'KeyInfo', [pointer])]);
  }
}

function reference(part: XmlElement, prefixes: Prefixes): XmlElement {
  const id = part.attributes.find(({ ns, name }) => ns === WSU_NS && name === 'Id')?.value ?? '';
  const digest = createHash('sha256').update(canonical(part, prefixes)).digest('base64');
  const transforms = element(DS_NS, 'Transforms', [algorithm('Transform', EXC_C14N)]);
  return element(DS_NS, 'Reference', [transforms, algorithm('DigestMethod', SHA256), element(DS_NS, 'DigestValue', [digest])], { URI: `#${id}` });
}

/** Rendered alone, an element is in exclusive canonical form. */
function canonical(part: XmlElement, prefixes: Prefixes): Buffer {
  return Buffer.from(renderText(part, { ...XROAD_PREFIXES, ...prefixes }));
}

function withId(part: XmlElement, id: string): XmlElement {
  return element(part.ns, part.name, part.children, [...part.attributes, { ns: WSU_NS, name: 'Id', value: id }]);
}

function time(name: string, at: number): XmlElement {
  return element(WSU_NS, name, [new Date(at).toISOString()]);
}

function algorithm(name: string, uri: string): XmlElement {
  return element(DS_NS, name, [], { Algorithm: uri });
}
