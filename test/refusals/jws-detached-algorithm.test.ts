import { createHmac } from 'node:crypto';
import { portal, question, refusesRequest, signJws, withHeaders } from '../support/hub-messages.ts';

const withAlg = async (alg: string) => {
  const signed = await signJws(question());
  const [first = '', , signature = ''] = (signed.headers['x-jws-signature'] ?? '').split('.');
  const header = Buffer.from(JSON.stringify({ ...(JSON.parse(Buffer.from(first, 'base64url').toString()) as object), alg })).toString('base64url');
  const mac = createHmac('sha256', portal.registered.key.export({ type: 'spki', format: 'pem' })).update(header).digest('base64url');
  return withHeaders(signed, { 'x-jws-signature': `${header}..${alg === 'HS256' ? mac : signature}` });
};

for (const alg of ['none', 'HS256', 'RS256', 'ES384', 'EdDSA']) refusesRequest(`alg ${alg} for a key on P-256`, 'jws-detached', { code: 'signature-weak', forge: () => withAlg(alg) });
