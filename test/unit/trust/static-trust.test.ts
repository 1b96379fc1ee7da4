import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { staticTrust } from '../../../src/trust/static-trust.ts';
import type { TrustDocument } from '../../../src/trust/static-trust.ts';
import { assertRefused, refuses } from '../../support/refused.ts';

const jwk = (curve = 'P-256') => generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({ format: 'jwk' });
const from = (notBefore: string, notAfter: string) => ({ notBefore, notAfter });
const SPRING = from('2026-01-01T00:00:00Z', '2026-07-01T00:00:00Z');
const SUMMER = from('2026-06-01T00:00:00Z', '2027-01-01T00:00:00Z');
const at = Date.parse;

const DOCUMENT: TrustDocument = {
  entity: 'https://gateway.fi.example',
  country: 'FI',
  statement: [{ ...SPRING, kid: 's1', publicKey: jwk() }, { ...SUMMER, kid: 's2', publicKey: jwk() }],
  encryption: [{ ...SPRING, kid: 'e1', publicKey: jwk() }, { ...SUMMER, kid: 'e2', publicKey: jwk() }],
  tls: [{ ...SPRING, spki: 'pin1' }, { ...SUMMER, spki: 'pin2' }],
};
const BYTES = Buffer.from(JSON.stringify(DOCUMENT));
const trust = staticTrust(DOCUMENT, BYTES);

test('the chain of what was judged under it is the digest of the file', () => assert.equal(trust.chain, createHash('sha256').update(BYTES).digest('base64url')));

test('a statement key is the one of its kid, valid when it signed and now', async () => {
  const march = at('2026-03-01T00:00:00Z');
  const august = at('2026-08-01T00:00:00Z');
  assert.equal(trust.statementKey('s1', march, march).alg, 'ES256');
  await refuses(() => trust.statementKey('s1', march, august), 'statement-untrusted');
  await refuses(() => trust.statementKey('s2', march, august), 'statement-untrusted');
  await refuses(() => trust.statementKey('e1', march, march), 'statement-untrusted');
  await refuses(() => trust.statementKey('s3', march, march), 'statement-untrusted');
});

test('a window holds its first millisecond and not its last', async () => {
  const begin = at(SPRING.notBefore);
  const end = at(SPRING.notAfter);
  trust.statementKey('s1', begin, begin);
  trust.statementKey('s1', end - 1, end - 1);
  await refuses(() => trust.statementKey('s1', begin - 1, begin), 'statement-untrusted');
  await refuses(() => trust.statementKey('s1', end - 1, end), 'statement-untrusted');
});

test('where two encryption keys are valid the newest is used, in whatever order the file has them', () => {
  const june = at('2026-06-15T00:00:00Z');
  assert.equal(trust.encryptionKey(june).kid, 'e2');
  assert.equal(staticTrust({ ...DOCUMENT, encryption: DOCUMENT.encryption.toReversed() }, BYTES).encryptionKey(june).kid, 'e2');
  assert.equal(trust.encryptionKey(at('2026-05-31T00:00:00Z')).kid, 'e1');
});

test('without a valid encryption key the peer cannot be asked, and nothing was delivered', async () => {
  const { facts } = await assertRefused(() => trust.encryptionKey(at('2027-01-01T00:00:00Z')), 'peer-unreachable');
  assert.equal(facts.delivered, 'no');
});

test('TLS pins are those of now: two while a key changes', () => {
  assert.deepEqual(trust.tlsPins(at('2026-05-01T00:00:00Z')), ['pin1']);
  assert.deepEqual(trust.tlsPins(at('2026-06-15T00:00:00Z')), ['pin1', 'pin2']);
  assert.deepEqual(trust.tlsPins(at('2028-01-01T00:00:00Z')), []);
});

test('a window that is no time is never open', () => refuses(() => staticTrust({ ...DOCUMENT, statement: [{ ...from('soon', 'later'), kid: 's', publicKey: jwk() }] }, BYTES).statementKey('s', 0, 0), 'statement-untrusted'));

for (const [what, publicKey] of Object.entries<webcrypto.JsonWebKey>({ 'P-384': jwk('P-384'), 'RSA': generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }), 'a point off the curve': { ...jwk(), y: jwk().x ?? '' }, 'a secret': { kty: 'oct', k: 'AAAA' } })) {
  test(`a key that is ${what} is refused`, async () => {
    await refuses(() => staticTrust({ ...DOCUMENT, statement: [{ ...SPRING, kid: 's', publicKey }] }, BYTES), 'config-invalid');
    await refuses(() => staticTrust({ ...DOCUMENT, encryption: [{ ...SPRING, kid: 'e', publicKey }] }, BYTES), 'config-invalid');
  });
}
