import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childrenOf, DescriptionError, isOpen, type Described, type Description } from '../../../../src/mapping/describe/description.ts';
import { describeXml } from '../../../../src/mapping/describe/wsdl.ts';

const ROOTS = { request: { ns: 'urn:t', name: 'question' }, response: { ns: 'urn:t', name: 'answer' } };

function schema(body: string, attributes = 'elementFormDefault="qualified"'): string {
  return `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" xmlns:o="urn:o" targetNamespace="urn:t" ${attributes}><xs:element name="question" type="xs:string"/>${body}</xs:schema>`;
}

function describe(files: Readonly<Record<string, string>>, main = 'main.xsd', operation = 'x'): Description {
  return describeXml(main, operation, ROOTS, (path) => (files[path] === undefined ? undefined : Buffer.from(files[path])));
}

function answer(body: string, attributes?: string): Described {
  return describe({ 'main.xsd': schema(body, attributes) }).response;
}

const outline = (node: Described): string[] => childrenOf(node).map(({ node: one, required }) => `${one.name} ${one.min}..${one.max}${required ? ' required' : ''}`);
const child = (node: Described, name: string): Described => childrenOf(node).find(({ node: one }) => one.name === name)?.node ?? assert.fail(`no ${name}`);

test('an extension has the elements of its base first; attributes of both', () => {
  const node = answer(`
    <xs:complexType name="Base"><xs:sequence><xs:element name="a" type="xs:string"/></xs:sequence><xs:attribute name="id" type="xs:int" use="required"/></xs:complexType>
    <xs:complexType name="More"><xs:complexContent><xs:extension base="t:Base"><xs:sequence><xs:element name="b" type="xs:date" minOccurs="0" maxOccurs="unbounded"/></xs:sequence><xs:attribute name="lang"/></xs:extension></xs:complexContent></xs:complexType>
    <xs:element name="answer" type="t:More"/>`);
  assert.deepEqual(outline(node), ['a 1..1 required', 'b 0..Infinity']);
  assert.deepEqual(node.content().attributes.map(({ name, min, value }) => [name, min, value?.name]), [['id', 1, 'xs:int'], ['lang', 0, 'any value']]);
});

test('a restriction has its own elements alone, and can prohibit an attribute', () => {
  const node = answer(`
    <xs:complexType name="Base"><xs:sequence><xs:element name="a" minOccurs="0"/><xs:element name="b"/></xs:sequence><xs:attribute name="id"/></xs:complexType>
    <xs:complexType name="Less"><xs:complexContent><xs:restriction base="t:Base"><xs:sequence><xs:element name="b"/></xs:sequence><xs:attribute name="id" use="prohibited"/></xs:restriction></xs:complexContent></xs:complexType>
    <xs:element name="answer" type="t:Less"/>`);
  assert.deepEqual(outline(node), ['b 1..1 required']);
  assert.deepEqual(node.content().attributes, []);
});

test('a simple type holds what its restrictions say, of the base too', () => {
  const { value } = answer(`
    <xs:simpleType name="Code"><xs:restriction base="xs:token"><xs:maxLength value="4"/><xs:pattern value="[A-Z]+"/><xs:pattern value="[0-9]{2}"/></xs:restriction></xs:simpleType>
    <xs:simpleType name="Short"><xs:restriction base="t:Code"><xs:minLength value="2"/><xs:pattern value="..?"/></xs:restriction></xs:simpleType>
    <xs:element name="answer" type="t:Short"/>`);
  assert.deepEqual([value?.base, value?.minLength, value?.maxLength, value?.patterns?.length], ['text', 2, 4, 2]);
  assert.deepEqual(['AB', '12', 'ABC', 'a1'].map((text) => value?.patterns?.every((pattern) => pattern.test(text))), [true, true, false, false]);
});

test('simple content has a text with attributes; a union of enumerations is one', () => {
  const node = answer(`
    <xs:simpleType name="Both"><xs:union memberTypes="t:One"><xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value="b"/></xs:restriction></xs:simpleType></xs:union></xs:simpleType>
    <xs:simpleType name="One"><xs:restriction base="xs:string"><xs:enumeration value="a"/></xs:restriction></xs:simpleType>
    <xs:element name="answer"><xs:complexType><xs:simpleContent><xs:extension base="t:Both"><xs:attribute name="unit" use="required"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>`);
  assert.deepEqual(node.value?.enumeration, ['a', 'b']);
  assert.deepEqual(node.content().attributes.map(({ name }) => name), ['unit']);
  assert.deepEqual(outline(node), []);
});

test('of a choice none is required; a group by reference stands in its place; what is prohibited is not there', () => {
  const node = answer(`
    <xs:group name="Pair"><xs:sequence><xs:element name="x"/><xs:element name="y" minOccurs="0"/></xs:sequence></xs:group>
    <xs:element name="answer"><xs:complexType><xs:sequence><xs:element name="first"/><xs:choice><xs:element name="p"/><xs:element name="q"/></xs:choice><xs:group ref="t:Pair"/><xs:element name="gone" maxOccurs="0"/></xs:sequence></xs:complexType></xs:element>`);
  assert.deepEqual(outline(node), ['first 1..1 required', 'p 1..1', 'q 1..1', 'x 1..1 required', 'y 0..1']);
  const ranks = childrenOf(node).map(({ rank }) => rank);
  assert.ok(ranks.every((rank, at) => at === 0 || rank > (ranks[at - 1] ?? 0)), ranks.join());
});

test('a group that repeats frees the order of its elements: they share one rank', () => {
  const node = answer('<xs:element name="answer"><xs:complexType><xs:choice minOccurs="0" maxOccurs="unbounded"><xs:element name="a"/><xs:element name="b"/></xs:choice></xs:complexType></xs:element>');
  assert.deepEqual(childrenOf(node).map(({ node: { name }, required, rank }) => [name, required, rank]), [['a', false, 0], ['b', false, 0]]);
});

test('a reference to a head of a substitution group stands for its members, and for itself unless it is abstract', () => {
  const head = (abstract: boolean): Described => answer(`
    <xs:element name="head" abstract="${abstract}"/><xs:element name="one" substitutionGroup="t:head"/><xs:element name="two" substitutionGroup="t:head"/>
    <xs:element name="answer"><xs:complexType><xs:sequence><xs:element ref="t:head"/></xs:sequence></xs:complexType></xs:element>`);
  assert.deepEqual(outline(head(true)), ['one 1..1', 'two 1..1']);
  assert.deepEqual(outline(head(false)), ['head 1..1', 'one 1..1', 'two 1..1']);
});

test('what is not qualified has no namespace; form says otherwise for one element; a reference always has one', () => {
  const node = answer('<xs:element name="other"/><xs:element name="answer"><xs:complexType><xs:sequence><xs:element name="a"/><xs:element name="b" form="qualified"/><xs:element ref="t:other"/></xs:sequence><xs:attribute name="c"/><xs:anyAttribute/></xs:complexType></xs:element>', '');
  assert.deepEqual(childrenOf(node).map(({ node: { name, ns } }) => [name, ns]), [['a', ''], ['b', 'urn:t'], ['other', 'urn:t']]);
  assert.equal(node.ns, 'urn:t');
});

test('xs:any, xs:anyType and an element without a type let anything stand', () => {
  const node = answer('<xs:element name="answer"><xs:complexType><xs:sequence><xs:element name="a" type="xs:anyType"/><xs:element name="b"/><xs:any minOccurs="0"/></xs:sequence></xs:complexType></xs:element>');
  assert.ok(isOpen(node));
  assert.ok(isOpen(child(node, 'a')) && isOpen(child(node, 'b')));
});

test('a type that holds itself is read as far as it is asked for', () => {
  const node = answer('<xs:complexType name="Tree"><xs:sequence><xs:element name="leaf" type="xs:string" nillable="true"/><xs:element name="tree" type="t:Tree" minOccurs="0"/></xs:sequence></xs:complexType><xs:element name="answer" type="t:Tree"/>');
  const deep = child(child(child(node, 'tree'), 'tree'), 'leaf');
  assert.deepEqual([deep.value?.name, deep.nillable], ['xs:string', true]);
});

test('imports and includes are read from local files; an included file without a namespace takes the includer\'s; a network location is the file of its name', () => {
  const files = {
    'dir/main.xsd': schema('<xs:import namespace="urn:o" schemaLocation="https://example.org/far/away/other.xsd"/><xs:include schemaLocation="parts/own.xsd"/><xs:element name="answer"><xs:complexType><xs:sequence><xs:element ref="o:thing"/><xs:element name="own" type="t:Own"/></xs:sequence></xs:complexType></xs:element>'),
    'dir/other.xsd': '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:o"><xs:element name="thing" type="xs:decimal"/></xs:schema>',
    'dir/parts/own.xsd': '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:complexType name="Own"><xs:sequence><xs:element name="inner" type="Inner"/></xs:sequence></xs:complexType><xs:simpleType name="Inner"><xs:restriction base="xs:int"/></xs:simpleType></xs:schema>',
  };
  const node = describe(files, 'dir/main.xsd').response;
  assert.deepEqual([child(node, 'thing').ns, child(node, 'thing').value?.base], ['urn:o', 'decimal']);
  assert.equal(child(child(node, 'own'), 'inner').value?.base, 'integer');
});

test('a name whose file is not there is told with the file that is missing, and only when the name is needed', () => {
  const files = { 'main.xsd': schema('<xs:import namespace="urn:o" schemaLocation="http://example.org/missing.xsd"/><xs:element name="answer"><xs:complexType><xs:sequence><xs:element name="fine"/><xs:element name="bad" type="o:Thing"/></xs:sequence></xs:complexType></xs:element>') };
  const node = describe(files).response;
  assert.deepEqual(outline(node), ['fine 1..1 required', 'bad 1..1 required']);
  assert.throws(() => child(node, 'bad').value, (error) => error instanceof DescriptionError && error.reason === 'incomplete' && /"Thing" of namespace "urn:o" is not declared; not beside the description: http:\/\/example\.org\/missing\.xsd/.test(error.message));
});

const WSDL = `<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t">
  <w:types>${schema('<xs:element name="answer" type="xs:string"/>')}</w:types>
  <w:message name="in"><w:part name="body" element="t:question"/></w:message><w:message name="out"><w:part name="body" element="t:answer"/></w:message>
  <w:portType name="p"><w:operation name="ask"><w:input message="t:in"/><w:output message="t:out"/></w:operation></w:portType></w:definitions>`;

test('a WSDL operation has the elements of its messages', () => {
  const { request, response } = describe({ 's.wsdl': WSDL }, 's.wsdl', 'ask');
  assert.deepEqual([request.name, response.name], ['question', 'answer']);
});

for (const [title, files, main, message] of [
  ['an operation that the WSDL lacks', { 's.wsdl': WSDL }, 's.wsdl', /no operation "x"/],
  ['a file that is not there', {}, 's.wsdl', /s\.wsdl is not there/],
  ['a file that is no XML', { 's.wsdl': '<a' }, 's.wsdl', /cannot be read/],
  ['XML that is no description', { 's.wsdl': '<a/>' }, 's.wsdl', /neither WSDL 1\.1 nor XML Schema/],
  ['a document type', { 's.wsdl': `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${WSDL}` }, 's.wsdl', /cannot be read/],
] as const) test(`${title} is told`, () => assert.throws(() => describe(files, main), (error) => error instanceof DescriptionError && message.test(error.message)));
