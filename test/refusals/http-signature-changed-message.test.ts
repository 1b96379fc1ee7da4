import { contentDigest } from '../../src/crypto/content-digest.ts';
import { question, refusesRequest, signHttp, withHeaders } from '../support/hub-messages.ts';

const other = Buffer.from('{"number":"9999999-9"}');

refusesRequest('a signed request at another target', 'http-signature', { code: 'signature-invalid', forge: () => ({ ...signHttp(question()), target: '/queries/tax?lang=en' }) });
refusesRequest('a signed request with another method', 'http-signature', { code: 'unknown-service', forge: () => ({ ...signHttp(question()), method: 'PUT' }) });
refusesRequest('a signed request under another message id', 'http-signature', { code: 'signature-invalid', forge: () => withHeaders(signHttp(question()), { 'x-request-id': 'portal-0002' }) });
refusesRequest('a signed request with another body', 'http-signature', { code: 'signature-invalid', forge: () => ({ ...signHttp(question()), body: other }) });
refusesRequest('a signed request with another body and its digest', 'http-signature', { code: 'signature-invalid', forge: () => withHeaders({ ...signHttp(question()), body: other }, { 'content-digest': contentDigest(other) }) });
