/** The schemas of the X-Road headers, as far as our messages use them, in the order in which they declare them (PR-MESS 4.0.25, Annex A to C). */
import type { XmlElement } from '../../stages.ts';
import { IDENTIFIERS, XROAD } from './names.ts';
import { xs } from './schema.ts';

/** Header elements of a request, in the order of the schema; those of an answer are the same. */
export const HEADERS = ['client', 'service', 'userId', 'id', 'issue', 'protocolVersion'] as const;

const PARTS = ['xRoadInstance', 'memberClass', 'memberCode', 'subsystemCode', 'serviceCode', 'serviceVersion'];

export function headerSchemas(): XmlElement[] {
  return [identifiers(), xroad()];
}

function identifiers(): XmlElement {
  return xs(
    'schema',
    [
      xs('complexType', [xs('sequence', PARTS.map((name) => xs('element', [], { minOccurs: '0', ref: `id:${name}` }))), xs('attribute', [], { ref: 'id:objectType', use: 'required' })], { name: 'XRoadIdentifierType' }),
      identifierType('XRoadClientIdentifierType', ['xRoadInstance', 'memberClass', 'memberCode'], ['subsystemCode']),
      identifierType('XRoadServiceIdentifierType', ['xRoadInstance', 'memberClass', 'memberCode'], ['subsystemCode'], ['serviceCode'], ['serviceVersion']),
      ...PARTS.map((name) => xs('element', [], { name, type: 'xs:string' })),
      xs('attribute', [xs('simpleType', [xs('restriction', ['MEMBER', 'SUBSYSTEM', 'SERVICE'].map((value) => xs('enumeration', [], { value })), { base: 'xs:string' })])], { name: 'objectType' }),
    ],
    { targetNamespace: IDENTIFIERS, elementFormDefault: 'qualified' },
  );
}

/** Alternately parts that must stand and parts that may, in this order. */
function identifierType(name: string, ...parts: readonly (readonly string[])[]): XmlElement {
  const elements = parts.flatMap((some, at) => some.map((part) => xs('element', [], { ...(at % 2 === 0 ? {} : { minOccurs: '0' }), ref: `id:${part}` })));
  const restriction = xs('restriction', [xs('sequence', elements), xs('attribute', [], { ref: 'id:objectType', use: 'required' })], { base: 'id:XRoadIdentifierType' });
  return xs('complexType', [xs('complexContent', [restriction])], { name });
}

function xroad(): XmlElement {
  const text = (name: string): XmlElement => xs('element', [], { name, type: 'xs:string' });
  const requestHash = xs('complexType', [xs('simpleContent', [xs('extension', [xs('attribute', [], { name: 'algorithmId', type: 'xs:string' })], { base: 'xs:string' })])]);
  return xs(
    'schema',
    [
      xs('import', [], { namespace: IDENTIFIERS }),
      xs('element', [], { name: 'client', type: 'id:XRoadClientIdentifierType' }),
      xs('element', [], { name: 'service', type: 'id:XRoadServiceIdentifierType' }),
      ...['userId', 'id', 'issue', 'protocolVersion'].map(text),
      xs('element', [requestHash], { name: 'requestHash' }),
      ...['version', 'title', 'notes'].map(text),
    ],
    { targetNamespace: XROAD, elementFormDefault: 'qualified' },
  );
}
