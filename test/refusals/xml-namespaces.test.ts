import { refusesXml } from '../support/xml-attack.ts';

const control = () => '<a xmlns="urn:a" xmlns:p="urn:p"><p:b xmlns="" xmlns:p="urn:q"/></a>';

refusesXml('a prefix that is not declared', { code: 'malformed', bytes: () => '<p:a/>', control });
refusesXml('an attribute prefix that is not declared', { code: 'malformed', bytes: () => '<a p:b=""/>', control });
refusesXml('the prefix xml bound to another namespace', { code: 'malformed', bytes: () => '<a xmlns:xml="urn:x"/>', control });
refusesXml('the prefix xmlns declared', { code: 'malformed', bytes: () => '<a xmlns:xmlns="urn:x"/>', control });
refusesXml('another prefix bound to the namespace of xmlns', { code: 'malformed', bytes: () => '<a xmlns:p="http://www.w3.org/2000/xmlns/"/>', control });
refusesXml('a prefix undeclared again', { code: 'malformed', bytes: () => '<a xmlns:p="urn:p"><b xmlns:p=""/></a>', control });
refusesXml('two colons in a name', { code: 'malformed', bytes: () => '<a xmlns:p="urn:p"><p:b:c/></a>', control });
