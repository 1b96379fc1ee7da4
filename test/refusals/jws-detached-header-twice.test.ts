import { question, refusesRequest, signJws, withHeaders } from '../support/hub-messages.ts';

const bent = async (change: (json: string) => string) => {
  const signed = await signJws(question());
  const [first = '', , signature] = (signed.headers['x-jws-signature'] ?? '').split('.');
  return withHeaders(signed, { 'x-jws-signature': `${Buffer.from(change(Buffer.from(first, 'base64url').toString())).toString('base64url')}..${signature}` });
};

refusesRequest('a header with two algorithms', 'jws-detached', { code: 'signature-invalid', forge: () => bent((json) => json.replace('{', '{"alg":"none",')) });
refusesRequest('a header with two b64', 'jws-detached', { code: 'signature-invalid', forge: () => bent((json) => json.replace('{', '{"b64":true,')) });
