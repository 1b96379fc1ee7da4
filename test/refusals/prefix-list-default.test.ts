import { refuses, resign } from '../support/wss-attack.ts';

const list = (prefixes: string) => `<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${prefixes}"></ec:InclusiveNamespaces></ds:Transform>`;

// Implementations read #default differently, and a difference between verifiers is a place for an attack.
refuses('a PrefixList with #default', {
  code: 'signature-weak',
  control: (signed, member) => resign(signed.replace('</ds:Transform>', list('none')), member),
  forge: (signed, member) => resign(signed.replace('</ds:Transform>', list('#default')), member),
});
