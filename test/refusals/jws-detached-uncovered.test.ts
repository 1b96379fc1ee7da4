import { JWS_NAMES, question, refusesRequest, signJws, withHeaders } from '../support/hub-messages.ts';

for (const name of JWS_NAMES) refusesRequest(`a JWS that leaves out ${name}`, 'jws-detached', { code: 'signature-incomplete', forge: () => signJws(question(), { components: JWS_NAMES.filter((one) => one !== name) }) });
refusesRequest('a header that was added behind the signature', 'jws-detached', { code: 'signature-incomplete', forge: async () => withHeaders(await signJws(question()), { 'x-issue': 'another case' }) });
refusesRequest('a header that is named twice', 'jws-detached', { code: 'signature-invalid', forge: () => signJws(question(), { components: [...JWS_NAMES, 'host'] }) });
