import { question, refusesRequest, signHttp, withHeaders } from '../support/hub-messages.ts';

const signed = signHttp(question());
const both = (tag?: string) => {
  const first = signHttp(question(), tag === undefined ? {} : { tag });
  const join = (name: string): string => `${first.headers[name] ?? ''}, ${(signed.headers[name] ?? '').replace('sig1', 'sig2')}`;
  return withHeaders(first, { 'signature-input': join('signature-input'), 'signature': join('signature') });
};

refusesRequest('a second signature', 'http-signature', { code: 'signature-invalid', forge: () => both() });
refusesRequest('a second signature under the same tag', 'http-signature', {
  code: 'signature-invalid',
  policy: { tag: 'hub' },
  // That of a proxy, without the tag, is passed over.
  control: () => both('hub'),
  forge: () => {
    const one = signHttp(question(), { tag: 'hub' });
    const join = (name: string): string => `${one.headers[name] ?? ''}, ${(one.headers[name] ?? '').replace('sig1', 'sig2')}`;
    return withHeaders(one, { 'signature-input': join('signature-input'), 'signature': join('signature') });
  },
});
refusesRequest('a signature under another tag', 'http-signature', { code: 'signature-missing', policy: { tag: 'hub' }, control: () => signHttp(question(), { tag: 'hub' }), forge: () => signHttp(question(), { tag: 'another' }) });
