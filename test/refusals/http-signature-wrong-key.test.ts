import { makeSigner, neighbour, question, refusesRequest, signHttp } from '../support/hub-messages.ts';

refusesRequest('a signature by the key of another client', 'http-signature', { code: 'signature-untrusted', forge: () => signHttp(question(), { signer: neighbour }) });
refusesRequest('a signature by a key that nobody registered', 'http-signature', { code: 'signature-untrusted', forge: () => signHttp(question(), { signer: makeSigner('stranger', 'ec') }) });
refusesRequest("a signature by another key under the client's key name", 'http-signature', { code: 'signature-invalid', forge: () => signHttp(question(), { signer: makeSigner('portal-2026', 'ec') }) });
