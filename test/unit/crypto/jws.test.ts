import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { CompactSign, compactVerify } from 'jose';
import { jwsIdentity, parseJws, signJws, verifyJws } from '../../../src/crypto/jws.ts';
import { signerOf } from '../../../src/crypto/keys.ts';
import { signRaw } from '../../support/forge.ts';
import { refuses } from '../../support/refused.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signer = signerOf('k-1', privateKey);
const verifier = { kid: 'k-1', alg: 'ES256', key: publicKey } as const;

test('what is signed is parsed to its parts and verifies', async () => {
  const compact = await signJws('t+jwt', '{"a":1}', signer);
  const jws = parseJws(compact, 4096);
  assert.equal(Buffer.from(jws.payload).toString(), '{"a":1}');
  assert.deepEqual([jws.typ, jws.kid, jws.compact], ['t+jwt', 'k-1', compact]);
  verifyJws(jws, verifier);
});

test('another implementation verifies it, and its header is exactly alg, typ, kid', async () => {
  const compact = await signJws('t+jwt', '{"a":1}', signer);
  const { protectedHeader } = await compactVerify(compact, publicKey);
  assert.equal(JSON.stringify(protectedHeader), '{"alg":"ES256","typ":"t+jwt","kid":"k-1"}');
});

test('what another implementation signed verifies', async () => {
  const compact = await new CompactSign(Buffer.from('{"a":1}')).setProtectedHeader({ alg: 'ES256', typ: 't', kid: 'k' }).sign(privateKey);
  verifyJws(parseJws(compact, 4096), verifier);
});

test('another algorithm than that of the key is refused, whatever the signature', async () => {
  await refuses(() => verifyJws(parseJws(signRaw('{"alg":"ES384","typ":"t","kid":"k"}', '{}', privateKey), 4096), verifier), 'statement-invalid');
});

test('what was signed with node:crypto alone verifies', () => verifyJws(parseJws(signRaw('{"alg":"ES256","typ":"t","kid":"k"}', '{}', privateKey), 4096), verifier));

test('the identity is the SHA-256 of header and payload, whatever the signature', async () => {
  const first = await signJws('t+jwt', '{"a":1}', signer);
  const second = await signJws('t+jwt', '{"a":1}', signer);
  assert.notEqual(first, second, 'ECDSA signs with a fresh nonce');
  const expected = createHash('sha256').update(first.split('.').slice(0, 2).join('.')).digest('base64url');
  assert.deepEqual([jwsIdentity(first), jwsIdentity(second), parseJws(first, 4096).identity], [expected, expected, expected]);
});

test('payload and key decide: another of either does not verify', async () => {
  const compact = await signJws('t', '{"a":1}', signer);
  const [header, , signature] = compact.split('.');
  const changed = `${header}.${Buffer.from('{"a":2}').toString('base64url')}.${signature}`;
  await refuses(() => verifyJws(parseJws(changed, 4096), verifier), 'statement-invalid');
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  await refuses(() => verifyJws(parseJws(compact, 4096), { ...verifier, key: other }), 'statement-invalid');
});

test('the length limit is inclusive', async () => {
  const compact = await signJws('t', '{}', signer);
  parseJws(compact, compact.length);
  await refuses(() => parseJws(compact, compact.length - 1), 'statement-malformed');
});

test('an empty payload is no statement', async () => refuses(() => parseJws(signRaw('{"alg":"ES256","typ":"t","kid":"k"}', '', privateKey), 4096), 'statement-malformed'));
