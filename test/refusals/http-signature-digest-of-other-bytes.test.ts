import { contentDigest } from '../../src/crypto/content-digest.ts';
import { question, refusesRequest, signHttp } from '../support/hub-messages.ts';

refusesRequest('a signed digest of other bytes than the body', 'http-signature', { code: 'signature-invalid', forge: () => signHttp(question({ headers: { 'content-digest': contentDigest(Buffer.from('{}')) } })) });
refusesRequest('a second accepted digest that is not of the body', 'http-signature', {
  code: 'signature-invalid',
  forge: () => signHttp(question({ headers: { 'content-digest': `${contentDigest(question().body)}, sha-512=:${Buffer.alloc(64).toString('base64')}:` } })),
});
