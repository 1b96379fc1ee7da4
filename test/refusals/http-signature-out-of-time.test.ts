import { NOW, question, refusesRequest, signHttp, withHeaders } from '../support/hub-messages.ts';

refusesRequest('a request signed too long ago', 'http-signature', { code: 'signature-expired', forge: () => signHttp(question(), { created: NOW - 301_000 }) });
refusesRequest('a request signed in the future', 'http-signature', { code: 'signature-expired', forge: () => signHttp(question(), { created: NOW + 61_000 }) });
refusesRequest('a request whose signature says no time', 'http-signature', {
  code: 'signature-incomplete',
  forge: () => {
    const signed = signHttp(question());
    return withHeaders(signed, { 'signature-input': (signed.headers['signature-input'] ?? '').replace(/;created=\d+/, '') });
  },
});
refusesRequest('a request whose signature has expired', 'http-signature', {
  code: 'signature-expired',
  forge: () => {
    const signed = signHttp(question());
    return withHeaders(signed, { 'signature-input': (signed.headers['signature-input'] ?? '').replace(/;created=\d+/, `$&;expires=${NOW / 1000}`) });
  },
});
