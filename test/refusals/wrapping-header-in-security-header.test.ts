import { CLIENT_PATTERN, cut, refuses, replace } from '../support/wss-attack.ts';

refuses('the signed client header inside the security header, another client in its place', {
  code: 'signature-incomplete',
  forge: (signed) => {
    const client = cut(signed, CLIENT_PATTERN);
    const evil = client.replace(/ wsu:Id="[^"]+"/, '').replace('0101263-6', '0245458-6');
    return replace(replace(signed, CLIENT_PATTERN, evil), '</wsse:Security>', `${client}</wsse:Security>`);
  },
});
