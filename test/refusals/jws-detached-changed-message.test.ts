import { neighbour, makeSigner, NOW, question, refusesRequest, signJws, withHeaders } from '../support/hub-messages.ts';

refusesRequest('a JWS at another target', 'jws-detached', { code: 'signature-invalid', forge: async () => ({ ...(await signJws(question())), target: '/queries/tax?lang=en' }) });
refusesRequest('a JWS for another host', 'jws-detached', { code: 'signature-invalid', forge: () => signJws(question({ headers: { host: 'another.example' } })) });
refusesRequest('a JWS over another body', 'jws-detached', { code: 'signature-invalid', forge: async () => ({ ...(await signJws(question())), body: Buffer.from('{}') }) });
refusesRequest('a JWS under another message id', 'jws-detached', { code: 'signature-invalid', forge: async () => withHeaders(await signJws(question()), { 'x-request-id': 'portal-0002' }) });
refusesRequest('a JWS by the key of another client', 'jws-detached', { code: 'signature-untrusted', forge: () => signJws(question(), { signer: neighbour }) });
refusesRequest("a JWS by another key under the client's key name", 'jws-detached', { code: 'signature-invalid', forge: () => signJws(question(), { signer: makeSigner('portal-2026', 'ec') }) });
refusesRequest('a JWS made too long ago', 'jws-detached', { code: 'signature-expired', forge: () => signJws(question(), { created: NOW - 301_000 }) });
refusesRequest('a JWS made in the future', 'jws-detached', { code: 'signature-expired', forge: () => signJws(question(), { created: NOW + 61_000 }) });
