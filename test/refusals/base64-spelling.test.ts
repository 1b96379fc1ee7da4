import { refuses, replace } from '../support/wss-attack.ts';

/** Another spelling of the same bytes: bits behind the last byte that are not zero. */
function respelled(value: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return value.replace(/(.)(=+)$/, (_, last: string, padding: string) => alphabet[alphabet.indexOf(last) + 1]! + padding);
}

refuses('a signature value in another base64 spelling of the same bytes', {
  code: 'signature-invalid',
  control: (signed) => replace(signed, /(?<=<ds:SignatureValue>)[^<]+/, signed.match(/<ds:SignatureValue>([^<]+)/)![1]!.replace(/(.{20})/g, '$1\n')),
  forge: (signed) => replace(signed, /(?<=<ds:SignatureValue>)[^<]+/, respelled(signed.match(/<ds:SignatureValue>([^<]+)/)![1]!)),
});
