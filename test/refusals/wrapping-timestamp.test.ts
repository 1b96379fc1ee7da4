import { cut, refuses, replace, TIMESTAMP_PATTERN } from '../support/wss-attack.ts';
import { NOW } from '../support/wss.ts';

const fresh = (timestamp: string) => timestamp.replace(/ wsu:Id="[^"]+"/, '').replaceAll('T12:', 'T13:');

refuses('the signed timestamp in a wrapper, a fresh one in its place', {
  code: 'signature-invalid',
  at: NOW + 3_600_000,
  forge: (signed) => {
    const timestamp = cut(signed, TIMESTAMP_PATTERN);
    return replace(signed, TIMESTAMP_PATTERN, `${fresh(timestamp)}<w:Wrapper xmlns:w="urn:wrapper">${timestamp}</w:Wrapper>`);
  },
});

refuses('a fresh timestamp beside the signed one', {
  code: 'signature-invalid',
  at: NOW + 3_600_000,
  forge: (signed) => {
    const timestamp = cut(signed, TIMESTAMP_PATTERN);
    return replace(signed, TIMESTAMP_PATTERN, `${timestamp}${fresh(timestamp)}`);
  },
});
