import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { refusesXml } from '../support/xml-attack.ts';

const { maxAttributes } = DEFAULT_XML_LIMITS;
const attributes = (count: number) => `<a${Array.from({ length: count }, (_, at) => ` a${at}=""`).join('')}/>`;
const namespaces = (count: number) => `<a${Array.from({ length: count }, (_, at) => ` xmlns:a${at}="urn:a"`).join('')}/>`;

refusesXml('one attribute more than the limit', { code: 'too-large', bytes: () => attributes(maxAttributes + 1), control: () => attributes(maxAttributes) });
refusesXml('half a million attributes on one element', { code: 'too-large', bytes: () => attributes(500_000), control: () => attributes(maxAttributes) });
refusesXml('half a million namespaces on one element', { code: 'too-large', bytes: () => namespaces(400_000), control: () => namespaces(maxAttributes) });
refusesXml('an attribute twice', { code: 'malformed', bytes: () => '<a b="1" b="2"/>', control: () => '<a b="1" c="2"/>' });
refusesXml('an attribute twice by two prefixes of one namespace', { code: 'malformed', bytes: () => '<a xmlns:p="urn:x" xmlns:q="urn:x" p:b="1" q:b="2"/>', control: () => '<a xmlns:p="urn:x" xmlns:q="urn:y" p:b="1" q:b="2"/>' });
