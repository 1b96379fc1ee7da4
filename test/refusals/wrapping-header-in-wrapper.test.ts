import { CLIENT_PATTERN, cut, refuses, replace } from '../support/wss-attack.ts';

refuses('the signed client header in a wrapper, another client in its place', {
  code: 'signature-invalid',
  forge: (signed) => {
    const client = cut(signed, CLIENT_PATTERN);
    const evil = client.replace(/ wsu:Id="[^"]+"/, '').replace('0101263-6', '0245458-6');
    return replace(signed, CLIENT_PATTERN, `${evil}<w:Wrapper xmlns:w="urn:wrapper">${client}</w:Wrapper>`);
  },
});
