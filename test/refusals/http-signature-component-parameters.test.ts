import { question, refusesRequest, signHttp, withHeaders } from '../support/hub-messages.ts';

const bent = (from: string | RegExp, to: string) => {
  const signed = signHttp(question());
  return withHeaders(signed, { 'signature-input': (signed.headers['signature-input'] ?? '').replace(from, to) });
};

for (const parameter of ['sf', 'bs', 'tr', 'key="a"', 'unknown']) refusesRequest(`a component with the parameter ${parameter}`, 'http-signature', { code: 'signature-weak', forge: () => bent('"x-user-id"', `"x-user-id";${parameter}`) });
refusesRequest('a component that stands twice', 'http-signature', { code: 'signature-invalid', forge: () => bent('"x-user-id"', '"x-user-id" "x-user-id"') });
refusesRequest('a component of a request in a request', 'http-signature', { code: 'signature-invalid', forge: () => bent('"x-user-id"', '"x-user-id";req') });
refusesRequest('a derived component that is not known', 'http-signature', { code: 'signature-invalid', forge: () => bent('"@method"', '"@request-target"') });
refusesRequest('a component in capitals', 'http-signature', { code: 'signature-invalid', forge: () => bent('"x-user-id"', '"X-User-Id"') });
refusesRequest('a component that the message does not have', 'http-signature', { code: 'signature-invalid', forge: () => bent('"x-user-id"', '"x-user-id" "x-issue"') });
