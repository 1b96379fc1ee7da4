import { refusesXml } from '../support/xml-attack.ts';

const control = () => '<a b="\u{10FFFF}">\t\r\n\u{85}\u{2028}\u{FFFD}</a>';
const around = (...bytes: number[]) => Buffer.concat([Buffer.from('<a>x'), Buffer.from(bytes), Buffer.from('y</a>')]);

refusesXml('a null byte', { code: 'malformed', bytes: () => around(0), control });
refusesXml('a null byte after the document', { code: 'malformed', bytes: () => Buffer.from('<a/>\0'), control });
refusesXml('a null byte as a character reference', { code: 'malformed', bytes: () => '<a>&#0;</a>', control });
refusesXml('a control character', { code: 'malformed', bytes: () => around(0x08), control });
refusesXml('a control character as a character reference', { code: 'malformed', bytes: () => '<a>&#x1F;</a>', control });
refusesXml('the noncharacter U+FFFE', { code: 'malformed', bytes: () => around(0xef, 0xbf, 0xbe), control });
refusesXml('a surrogate as a character reference', { code: 'malformed', bytes: () => '<a>&#xD800;</a>', control });
