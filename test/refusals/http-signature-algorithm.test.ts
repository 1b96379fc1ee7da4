import { createHmac, createPublicKey } from 'node:crypto';
import { hubSettings, makeSigner, portal, question, refusesRequest, signHttp, withHeaders } from '../support/hub-messages.ts';
import type { Signer } from '../support/hub-messages.ts';

const registering = (signer: Signer) => ({ clients: hubSettings().clients.map((client, index) => (index === 0 ? { ...client, keys: [signer.registered] } : client)) });
const alg = (name: string) => {
  const signed = signHttp(question());
  return withHeaders(signed, { 'signature-input': `${signed.headers['signature-input'] ?? ''};alg="${name}"` });
};

for (const name of ['hmac-sha256', 'rsa-v1_5-sha256', 'ed25519', 'none']) refusesRequest(`the algorithm ${name} for a key that is registered for another`, 'http-signature', { code: 'signature-weak', forge: () => alg(name) });

refusesRequest('an HMAC made with the public key', 'http-signature', {
  code: 'signature-invalid',
  forge: () => {
    const mac = createHmac('sha256', createPublicKey(portal.registered.key.export({ type: 'spki', format: 'pem' })).export({ type: 'spki', format: 'pem' })).update('whatever').digest('base64');
    return withHeaders(signHttp(question()), { signature: `sig1=:${mac}:` });
  },
});

const rsa = makeSigner('rsa', 'rsa');
const old = makeSigner('rsa', 'rsa', true);
refusesRequest('a PKCS #1 v1.5 signature by a key that is registered for PSS', 'http-signature', {
  code: 'signature-invalid',
  settings: registering(rsa),
  control: () => signHttp(question(), { signer: rsa }),
  forge: () => signHttp(question(), { signer: { ...rsa, own: { ...rsa.own, http: 'rsa-v1_5-sha256' } } }),
});
refusesRequest('a PSS signature by a key that is registered for the old way', 'http-signature', {
  code: 'signature-invalid',
  settings: registering(old),
  control: () => signHttp(question(), { signer: old }),
  forge: () => signHttp(question(), { signer: { ...old, own: { ...old.own, http: 'rsa-pss-sha512' } } }),
});
