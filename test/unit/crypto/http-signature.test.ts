/** HTTP message signatures against the RFC's own example and another implementation, both ways. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createSigner, createVerifier, httpbis } from 'http-message-signatures';
import { signHttpMessage, verifyHttpSignature } from '../../../src/crypto/http-signature.ts';
import type { SignatureRules, SignedRequest } from '../../../src/crypto/http-signature.ts';
import { verificationKey } from '../../../src/crypto/message-keys.ts';
import type { MessageKey } from '../../../src/crypto/message-keys.ts';
import { makeSigner } from '../../support/hub-messages.ts';
import type { Signer } from '../../support/hub-messages.ts';

const CREATED = 1618884473_000;

function rules(key: MessageKey, changes: Partial<SignatureRules> = {}): SignatureRules {
  return { keyOf: () => key, components: [], nonce: false, maxAge: 60_000, maxAhead: 60_000, ...changes };
}

/** RFC 9421, appendices B.1.4 and B.2.6. */
const EXAMPLE: SignedRequest = {
  method: 'POST',
  origin: 'https://example.com',
  target: '/foo?param=Value&Pet=dog',
  headers: {
    'date': 'Tue, 20 Apr 2021 02:07:55 GMT',
    'content-type': 'application/json',
    'content-length': '18',
    'signature-input': 'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    'signature': 'sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:',
  },
};
const EXAMPLE_KEY = verificationKey('test-key-ed25519', '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n');

suite('the example of RFC 9421, appendix B.2.6', () => {
  test('verifies, and what it covers is told', () => {
    const covered = verifyHttpSignature(EXAMPLE, rules(EXAMPLE_KEY), CREATED);
    assert.equal(covered.keyid, 'test-key-ed25519');
    assert.deepEqual([...covered.components], ['date', '@method', '@path', '@authority', 'content-type', 'content-length']);
    assert.deepEqual(Object.keys(covered.headers).sort(), ['content-length', 'content-type', 'date']);
  });

  test('with another date it does not', () => {
    assert.throws(() => verifyHttpSignature({ ...EXAMPLE, headers: { ...EXAMPLE.headers, date: 'Wed, 21 Apr 2021 02:07:55 GMT' } }, rules(EXAMPLE_KEY), CREATED), { code: 'signature-invalid' });
  });
});

const SIGNERS: readonly Signer[] = [makeSigner('ec', 'ec'), makeSigner('ed', 'ed25519'), makeSigner('rsa', 'rsa'), makeSigner('old', 'rsa', true)];
const REQUEST: SignedRequest = { method: 'PUT', origin: 'https://api.example:8443', target: '/a/b%20c?x=1&y=%2F', headers: { 'content-type': 'application/json', 'x-request-id': 'r-1' } };
const FIELDS = ['@method', '@target-uri', '@authority', '@scheme', '@path', '@query', 'content-type', 'x-request-id'];

for (const { own, registered } of SIGNERS) {
  suite(`another implementation, ${own.http}`, () => {
    test('verifies what we sign', async () => {
      const signature = signHttpMessage(REQUEST, FIELDS, own, { label: 'ours', created: CREATED, nonce: 'n-1', tag: 'hub' });
      const verify = createVerifier(registered.key.export({ type: 'spki', format: 'pem' }), own.http);
      const message = { method: REQUEST.method, url: `${REQUEST.origin}${REQUEST.target}`, headers: { ...REQUEST.headers, ...signature } };
      const keyLookup = async () => ({ id: own.keyid, algs: [own.http], verify });
      assert.equal(await httpbis.verifyMessage({ keyLookup, notAfter: new Date(CREATED + 1000), maxAge: 1e9 }, message), true);
      await assert.rejects(httpbis.verifyMessage({ keyLookup, notAfter: new Date(CREATED + 1000), maxAge: 1e9 }, { ...message, method: 'POST' }).then((result) => assert.equal(result, true)));
    });

    // It salts PSS with as many bytes as fit, where RFC 9421, section 3.3.1, says 64.
    if (own.http !== 'rsa-pss-sha512') test('signs what we verify', async () => {
      const signer = createSigner(own.key.export({ type: 'pkcs8', format: 'pem' }), own.http, own.keyid);
      const signed = await httpbis.signMessage({ key: signer, name: 'theirs', fields: FIELDS, paramValues: { created: new Date(CREATED) }, params: ['created', 'keyid', 'alg'] }, { method: REQUEST.method, url: `${REQUEST.origin}${REQUEST.target}`, headers: { ...REQUEST.headers } });
      const headers = Object.fromEntries(Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]));
      assert.deepEqual([...verifyHttpSignature({ ...REQUEST, headers }, rules(registered), CREATED).components], FIELDS);
    });
  });
}

test('an answer can cover parts of its request, and another request does not fit', () => {
  const { own, registered } = makeSigner('ec', 'ec');
  const answer = { status: 200, headers: { 'x-request-id': 'r-1' }, request: REQUEST };
  const headers = { ...answer.headers, ...signHttpMessage(answer, ['@status', '@method;req', '@target-uri;req', 'x-request-id;req'], own, { label: 'a', created: CREATED }) };
  assert.ok(verifyHttpSignature({ ...answer, headers }, rules(registered), CREATED).components.has('@method;req'));
  assert.throws(() => verifyHttpSignature({ ...answer, headers, request: { ...REQUEST, target: '/other' } }, rules(registered), CREATED), { code: 'signature-invalid' });
});

test('a key is registered for one algorithm by its kind; weak and other kinds are no keys here', () => {
  assert.deepEqual(SIGNERS.map(({ registered }) => registered.http), ['ecdsa-p256-sha256', 'ed25519', 'rsa-pss-sha512', 'rsa-v1_5-sha256']);
  assert.throws(() => verificationKey('x', 'nonsense'), { code: 'config-invalid' });
});
