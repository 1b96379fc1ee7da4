import { hubSettings, question, refusesRequest, signHttp, signedBy, withHeaders, prove } from '../support/hub-messages.ts';
import { refuses } from '../support/refused.ts';
import { test } from 'node:test';

refusesRequest('a request without a signature', 'http-signature', { code: 'signature-missing', forge: () => question() });
refusesRequest('a request whose signature lies under another label', 'http-signature', {
  code: 'signature-invalid',
  forge: () => {
    const signed = signHttp(question());
    return withHeaders(signed, { signature: (signed.headers['signature'] ?? '').replace('sig1', 'sig2') });
  },
});
refusesRequest('a request without the nonce that is asked for', 'http-signature', { code: 'signature-incomplete', policy: { nonce: true }, control: () => signHttp(question(), { nonce: 'n-1' }), forge: () => signHttp(question()) });
refusesRequest('a request without a component that gateway.yaml asks for', 'http-signature', {
  code: 'signature-incomplete',
  policy: { components: ['x-api-key'] },
  control: () => signHttp(question(), { components: ['x-api-key', '@method', '@target-uri', 'content-digest', 'content-type', 'x-request-id', 'x-user-id'] }),
  forge: () => signHttp(question()),
});

test('a detached JWS where the grant asks for an HTTP signature is refused', async () => refuses(prove(signHttp(question()), signedBy('jws-detached'), hubSettings()), 'signature-missing'));
test('any proof of X-Road is refused', async () => refuses(prove(question(), { form: 'security-server', connection: 'CN=ss1' }), 'signature-missing'));
