/** Canonicalisation declares a namespace at every element that begins to use it: a long name used often would grow a message a thousandfold. */
import { refuses, replace } from '../support/wss-attack.ts';
import { refusesXml } from '../support/xml-attack.ts';

const siblings = (length: number, count: number): string => `<w:w xmlns:w="urn:w" xmlns:p="urn:${'p'.repeat(length - 4)}">${'<p:a/>'.repeat(count)}</w:w>`;

refusesXml('a namespace with a long name', { code: 'too-large', bytes: () => siblings(1025, 1), control: () => siblings(1024, 1) });

refusesXml('a namespace with a very long name that every element uses', { code: 'too-large', bytes: () => siblings(1_000_000, 10_000), control: () => siblings(100, 1_000) });

refuses('a namespace with the longest name that is allowed, which a great many elements begin to use', {
  code: 'too-large',
  control: (signed) => replace(signed, '</SOAP-ENV:Header>', `${siblings(1024, 100)}</SOAP-ENV:Header>`),
  forge: (signed) => replace(signed, '</SOAP-ENV:Header>', `${siblings(1024, 11_000)}</SOAP-ENV:Header>`),
});

refuses('attributes of a namespace with the longest name that is allowed', {
  code: 'too-large',
  forge: (signed) => replace(signed, '</SOAP-ENV:Header>', `${siblings(1024, 11_000).replaceAll('<p:a/>', '<a p:b=""/>')}</SOAP-ENV:Header>`),
});
