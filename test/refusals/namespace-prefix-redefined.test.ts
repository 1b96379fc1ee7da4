import { refuses, replace } from '../support/wss-attack.ts';

const XROAD = ' xmlns:xrd="http://x-road.eu/xsd/xroad.xsd"';
/** The declaration taken from a signed header to the envelope: canonically the same header. */
const declaredOutside = (signed: string, ns: string) => replace(signed.replace(/(<xrd:userId [^>]*?) xmlns:xrd="[^"]+"/, '$1'), /<SOAP-ENV:Envelope/, `<SOAP-ENV:Envelope xmlns:xrd="${ns}"`);

refuses('the prefix of a signed header bound to another namespace further out', {
  code: 'signature-invalid',
  control: (signed) => declaredOutside(signed, 'http://x-road.eu/xsd/xroad.xsd'),
  forge: (signed) => declaredOutside(signed, 'urn:another'),
});

refuses('the prefix of a signed header bound to another namespace on the header itself', {
  code: 'signature-invalid',
  forge: (signed) => signed.replace(new RegExp(`(<xrd:userId [^>]*?)${XROAD}`), '$1 xmlns:xrd="urn:another"'),
});
