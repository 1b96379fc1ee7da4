import { HTTP_COMPONENTS, question, refusesRequest, signHttp, withHeaders } from '../support/hub-messages.ts';

const without = (...names: string[]): readonly string[] => HTTP_COMPONENTS.filter((name) => !names.includes(name));

refusesRequest('an end user that the signature leaves out', 'http-signature', { code: 'signature-incomplete', forge: () => signHttp(question(), { components: without('x-user-id') }) });
refusesRequest('an end user that was added behind the signature', 'http-signature', {
  code: 'signature-incomplete',
  control: () => signHttp(question({ headers: {} })),
  forge: () => withHeaders(signHttp(question()), { 'x-issue': 'another case' }),
});
refusesRequest('a message id that the signature leaves out', 'http-signature', { code: 'signature-incomplete', forge: () => signHttp(question(), { components: without('x-request-id') }) });
