import { FlattenedSign } from 'jose';
import { portal, question, refusesRequest, signJws, withHeaders } from '../support/hub-messages.ts';

const SIGD = { mId: 'http://uri.etsi.org/19182/HttpHeaders', pars: ['x-request-id'] };
const head = async () => JSON.parse(Buffer.from((await signJws(question())).headers['x-jws-signature']?.split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>;
const made = async (header: Record<string, unknown>, payload = 'x') => {
  const { protected: first, signature } = await new FlattenedSign(Buffer.from(payload)).setProtectedHeader(header).sign(portal.own.key, { crit: { sigD: true } });
  return withHeaders(question(), { 'x-jws-signature': `${first}..${signature}` });
};

refusesRequest('a payload that is encoded (b64 true)', 'jws-detached', { code: 'signature-weak', forge: async () => made({ ...(await head()), b64: true }) });
refusesRequest('a header without b64', 'jws-detached', {
  code: 'signature-weak',
  forge: async () => {
    const { b64: _, ...rest } = await head();
    return made({ ...rest, crit: ['sigD'] });
  },
});
refusesRequest('b64 that is not critical: a reader without it would verify other bytes', 'jws-detached', {
  code: 'signature-weak',
  forge: async () => {
    const signed = await signJws(question());
    const [first = '', , signature] = (signed.headers['x-jws-signature'] ?? '').split('.');
    const header = { ...(JSON.parse(Buffer.from(first, 'base64url').toString()) as object), crit: ['sigD'] };
    return withHeaders(signed, { 'x-jws-signature': `${Buffer.from(JSON.stringify(header)).toString('base64url')}..${signature}` });
  },
});
refusesRequest('a signature over the body alone', 'jws-detached', { code: 'signature-weak', forge: () => made({ alg: 'ES256', kid: portal.own.keyid, iat: 1, b64: false, crit: ['b64'] }, question().body.toString()) });
refusesRequest('a payload that is attached', 'jws-detached', {
  code: 'signature-weak',
  forge: async () => {
    const signed = await signJws(question());
    return withHeaders(signed, { 'x-jws-signature': (signed.headers['x-jws-signature'] ?? '').replace('..', '.eyJhIjoxfQ.') });
  },
});
refusesRequest('headers named by another mechanism', 'jws-detached', { code: 'signature-weak', forge: async () => made({ ...(await head()), sigD: { ...SIGD, mId: 'http://uri.etsi.org/19182/ObjectIdByURI' } }) });
