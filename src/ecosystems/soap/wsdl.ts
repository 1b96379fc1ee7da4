/** The WSDL of a foreign service: document/literal wrapped, every X-Road header a part of its message (PR-MESS 4.0.25, section 2.6; WSDL 1.1). */
import type { Description } from '../../mapping/describe/description.ts';
import type { HomeService } from '../../mapping/mappings.ts';
import type { XmlElement } from '../../stages.ts';
import { element } from '../../xml/element.ts';
import { renderXml } from '../../xml/render.ts';
import { HEADERS, headerSchemas } from './header-schema.ts';
import { IDENTIFIERS, XROAD } from './names.ts';
import { Schemas, XS } from './schema.ts';

const WSDL = 'http://schemas.xmlsoap.org/wsdl/';
const SOAP_BINDING = 'http://schemas.xmlsoap.org/wsdl/soap/';
const HTTP = 'http://schemas.xmlsoap.org/soap/http';

const wsdl = (name: string, children: readonly XmlElement[], attributes: Readonly<Record<string, string>> = {}): XmlElement => element(WSDL, name, children, attributes);
const soap = (name: string, attributes: Readonly<Record<string, string>>): XmlElement => element(SOAP_BINDING, name, [], attributes);

/**
 * `title`: for the people who register the service. `location`: where its messages go. The service code is the name of the operation, as a security server
 * reads it, and the version stands in the binding. All names are declared on `definitions`: stock tools resolve the schemas within from there.
 */
export function renderWsdl({ service }: HomeService, description: Description, { title, location }: { readonly title: string; readonly location: string }): Uint8Array {
  const schemas = new Schemas();
  const [request, response] = [schemas.add(description.request), schemas.add(description.response)];
  const code = service.service;
  const target = description.request.ns;
  const definitions = wsdl(
    'definitions',
    [
      wsdl('types', [...headerSchemas(), ...schemas.render()]),
      wsdl('message', HEADERS.map((name) => wsdl('part', [], { name, element: `xrd:${name}` })), { name: 'requestheader' }),
      wsdl('message', [wsdl('part', [], { name: 'body', element: request })], { name: code }),
      wsdl('message', [wsdl('part', [], { name: 'body', element: response })], { name: `${code}Response` }),
      wsdl('portType', [wsdl('operation', [wsdl('documentation', [element(XROAD, 'title', [title])]), wsdl('input', [], { message: `tns:${code}` }), wsdl('output', [], { message: `tns:${code}Response` })], { name: code })], { name: `${code}Port` }),
      wsdl('binding', [soap('binding', { style: 'document', transport: HTTP }), bindingOperation(code, service.version)], { name: `${code}Binding`, type: `tns:${code}Port` }),
      wsdl('service', [wsdl('port', [soap('address', { location })], { name: `${code}Port`, binding: `tns:${code}Binding` })], { name: `${code}Service` }),
    ],
    { targetNamespace: target },
  );
  const prefixes = { [WSDL]: 'wsdl', [SOAP_BINDING]: 'soap', [XS]: 'xs', [XROAD]: 'xrd', [IDENTIFIERS]: 'id', ...schemas.prefixes };
  return renderXml(indented(definitions), prefixes, { declaration: true, declareAll: true });
}

function bindingOperation(code: string, version: string | undefined): XmlElement {
  const headers = HEADERS.map((part) => soap('header', { message: 'tns:requestheader', part, use: 'literal' }));
  const side = (name: string): XmlElement => wsdl(name, [soap('body', { parts: 'body', use: 'literal' }), ...headers]);
  const stated = version === undefined ? [] : [element(XROAD, 'version', [version])];
  return wsdl('operation', [soap('operation', { soapAction: '', style: 'document' }), ...stated, side('input'), side('output')], { name: code });
}

/** For the people who read it: a line an element, none within text. */
function indented(node: XmlElement, depth = 1): XmlElement {
  if (node.children.length === 0 || node.children.some((child) => typeof child === 'string')) return node;
  const line = (by: number): string => `\n${'  '.repeat(by)}`;
  return { ...node, children: [...node.children.flatMap((child) => (typeof child === 'string' ? [] : [line(depth), indented(child, depth + 1)])), line(depth - 1)] };
}
