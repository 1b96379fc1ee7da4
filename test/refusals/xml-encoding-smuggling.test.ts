import { refusesXml } from '../support/xml-attack.ts';

const DOCTYPE = '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>';
const control = () => Buffer.from('\uFEFF<a>ä</a>', 'utf16le');
const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16();

refusesXml('a document type in UTF-16, little endian', { code: 'malformed', bytes: () => Buffer.from(`\uFEFF${DOCTYPE}`, 'utf16le'), control });
refusesXml('a document type in UTF-16, big endian', { code: 'malformed', bytes: () => bigEndian(`\uFEFF${DOCTYPE}`), control });
refusesXml('UTF-16 without a byte order mark', { code: 'malformed', bytes: () => Buffer.from('<a>x</a>', 'utf16le'), control });
refusesXml('UTF-7, in which < is written +ADw-', { code: 'malformed', bytes: () => '<?xml version="1.0" encoding="UTF-7"?>+ADw-+ACE-DOCTYPE a+AD4-<a/>', control });
refusesXml('EBCDIC', { code: 'malformed', bytes: () => Buffer.from([0x4c, 0x6f, 0xa7, 0x94, 0x93, 0x40]), control });
refusesXml('a byte order mark that the declaration contradicts', { code: 'malformed', bytes: () => '\uFEFF<?xml version="1.0" encoding="ISO-8859-15"?><a/>', control });
refusesXml('UTF-8 bytes declared as UTF-16', { code: 'malformed', bytes: () => '<?xml version="1.0" encoding="UTF-16"?><a/>', control });
refusesXml('an encoding of no name', { code: 'malformed', bytes: () => '<?xml version="1.0" encoding="x-user-defined"?><a/>', control });
refusesXml('XML 1.1, whose line ends and control characters differ', { code: 'malformed', bytes: () => '<?xml version="1.1"?><a/>', control });
