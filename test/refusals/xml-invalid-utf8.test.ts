import { refusesXml } from '../support/xml-attack.ts';

const control = () => '<a>ä õ €</a>';
const around = (...bytes: number[]) => Buffer.concat([Buffer.from('<a>x'), Buffer.from(bytes), Buffer.from('y</a>')]);

refusesXml('a byte that is never UTF-8', { code: 'malformed', bytes: () => around(0xff), control });
refusesXml('a sequence that ends too early', { code: 'malformed', bytes: () => around(0xe2, 0x82), control });
refusesXml('an overlong form of <', { code: 'malformed', bytes: () => around(0xc0, 0xbc), control });
refusesXml('a surrogate in UTF-8', { code: 'malformed', bytes: () => around(0xed, 0xa0, 0x80), control });
refusesXml('a code point beyond Unicode', { code: 'malformed', bytes: () => around(0xf4, 0x90, 0x80, 0x80), control });
