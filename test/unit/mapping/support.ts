/** Stages and payloads for mapping tests. Tests may mint what only a room may mint elsewhere. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DIALECT_FORMS } from '../../../src/ecosystems/dialects.ts';
import { loadTranslation } from '../../../src/mapping/load.ts';
import type { Translation } from '../../../src/mapping/mappings.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import { mintOpened, mintVerified, type DomesticRequest, type DomesticResponse, type JsonValue, type LossReport, type Opened, type Payload, type UnmappedPayload, type Verified, type XmlElement } from '../../../src/stages.ts';
import { elements } from '../../../src/xml/element.ts';
import { parseXml } from '../../../src/xml/parse.ts';

export const ROOT = join(import.meta.dirname, '../../..');
export const MAPPINGS = join(ROOT, 'mappings');
export const SHARED = join(ROOT, '../shared/vectors');

const LOADED = new Map<string, Promise<Translation>>();

/** The repository's own mapping, compiled once per test file. */
export function translation(id: string, country: string): Promise<Translation> {
  const key = `${id} ${country}`;
  const made = LOADED.get(key) ?? loadTranslation(MAPPINGS, id, country, DIALECT_FORMS);
  LOADED.set(key, made);
  return made;
}

const PROOF = { form: 'security-server', result: 'asserted', policy: 'test', verifiedAt: 0 } as const;
const NO_LOSS: LossReport = { dropped: [], defaulted: [], approximated: [], unknown: [] };
const MEMBER = { instance: 'XX', memberClass: 'GOV', memberCode: '1' };

export function request(payload: Payload): Verified<DomesticRequest> {
  const message: DomesticRequest = { kind: 'request', dialect: payload.form === 'xml' ? 'xroad-soap' : 'xroad-rest', client: MEMBER, service: { ...MEMBER, service: 's' }, context: { messageId: '1' }, operation: { name: 's' }, payload };
  return mintVerified(message, new Uint8Array(), PROOF, new Uint8Array());
}

export function response(payload: Payload): Verified<DomesticResponse> {
  const message: DomesticResponse = { kind: 'response', dialect: payload.form === 'xml' ? 'xroad-soap' : 'xroad-rest', messageId: '1', payload };
  return mintVerified(message, new Uint8Array(), PROOF, new Uint8Array());
}

export function opened(document: JsonValue): Opened {
  return mintOpened({ type: 'causeway-response+jwt', identity: '', context: { messageIds: {}, loss: NO_LOSS }, document, attachments: [], salt: new Uint8Array(32) });
}

/** What a mapping wrote. */
export function mappedPayload(document: Payload | UnmappedPayload): Payload {
  assert.notEqual(document.form, 'unmapped');
  return document as Payload;
}

export function xml(text: string): Payload {
  return { form: 'xml', element: parseXml(Buffer.from(text), DEFAULT_XML_LIMITS) };
}

export function json(body: JsonValue | undefined, query: Readonly<Record<string, string>> = {}, path: Readonly<Record<string, string>> = {}): Payload {
  return { form: 'json', body, path, query };
}

/** The first element of a SOAP body. */
export function soapBody(text: string): Payload {
  const envelope = parseXml(Buffer.from(text), DEFAULT_XML_LIMITS);
  const body = elements(envelope).find((one) => one.name === 'Body');
  const [element] = body === undefined ? [] : elements(body);
  if (element === undefined) throw new Error('no SOAP body');
  return { form: 'xml', element };
}

/** Without the white space that only lays a document out, and with attributes in one order, so that two trees can be compared. */
export function tidy(element: XmlElement): XmlElement {
  const holdsElements = element.children.some((child) => typeof child !== 'string');
  return {
    ns: element.ns,
    name: element.name,
    attributes: element.attributes.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ ns, name, value }) => ({ ns, name, value })),
    children: element.children.filter((child) => typeof child !== 'string' || !holdsElements || child.trim() !== '').map((child) => (typeof child === 'string' ? child : tidy(child))),
  };
}

export function tidyPayload(payload: Payload): Payload {
  return payload.form === 'xml' ? { form: 'xml', element: tidy(payload.element) } : payload;
}
