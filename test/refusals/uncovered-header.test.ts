import { cut, refuses, replace, resign } from '../support/wss-attack.ts';

const HASH = '<x:requestHash xmlns:x="http://x-road.eu/xsd/xroad.xsd" algorithmId="http://www.w3.org/2001/04/xmlenc#sha512">AAAA</x:requestHash>';
const withHash = (signed: string) => replace(signed, '</SOAP-ENV:Header>', `${HASH}</SOAP-ENV:Header>`);

refuses('an X-Road header added after signing', {
  code: 'signature-incomplete',
  control: withHash,
  forge: (signed) => replace(signed, '</SOAP-ENV:Header>', '<x:securityServer xmlns:x="http://x-road.eu/xsd/xroad.xsd"/></SOAP-ENV:Header>'),
});

refuses('a represented party added after signing', {
  code: 'signature-incomplete',
  control: withHash,
  forge: (signed) => replace(signed, '</SOAP-ENV:Header>', '<r:representedParty xmlns:r="http://x-road.eu/xsd/representation.xsd"><r:partyCode>1</r:partyCode></r:representedParty></SOAP-ENV:Header>'),
});

for (const part of ['timestamp', 'token', 'body', 'header-0', 'header-1', 'header-2', 'header-3', 'header-4', 'header-5']) {
  refuses(`a signature that does not cover ${part}`, {
    code: 'signature-incomplete',
    control: (signed, member) => resign(signed, member),
    forge: (signed, member) => resign(replace(signed, cut(signed, new RegExp(`<ds:Reference URI="#${part}-.*?</ds:Reference>`)), ''), member),
  });
}
