import { question, refusesRequest, signHttp, withHeaders } from '../support/hub-messages.ts';

const signed = signHttp(question());
const [input, signature] = [signed.headers['signature-input'] ?? '', signed.headers['signature'] ?? ''];

refusesRequest('a label that stands twice in Signature-Input', 'http-signature', { code: 'signature-invalid', forge: () => withHeaders(signed, { 'signature-input': `${input}, ${input}` }) });
refusesRequest('a label that stands twice in Signature', 'http-signature', { code: 'signature-invalid', forge: () => withHeaders(signed, { signature: `${signature}, sig1=:AAAA:` }) });
refusesRequest('a digest algorithm that stands twice', 'http-signature', { code: 'signature-invalid', forge: () => signHttp(question({ headers: { 'content-digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:, ${question().headers['content-digest'] ?? ''}` } })) });
