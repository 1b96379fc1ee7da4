import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { refusesXml } from '../support/xml-attack.ts';

const { maxBytes, maxText } = DEFAULT_XML_LIMITS;
const control = () => `<a b="x">${'x'.repeat(100_000)}</a>`;

refusesXml('a document one byte larger than the limit', { code: 'too-large', bytes: () => Buffer.alloc(maxBytes + 1, '<a></a>'), control });
refusesXml('a text one character longer than the limit', { code: 'too-large', bytes: () => `<a>${'x'.repeat(maxText + 1)}</a>`, control });
refusesXml('an attribute one character longer than the limit', { code: 'too-large', bytes: () => `<a b="${'x'.repeat(maxText + 1)}"/>`, control });
refusesXml('a text over the limit in pieces that comments part', { code: 'too-large', bytes: () => `<a>${`${'x'.repeat(maxText / 4)}<!---->`.repeat(5)}</a>`, control });
