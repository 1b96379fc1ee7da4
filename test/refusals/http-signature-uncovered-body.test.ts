import { HTTP_COMPONENTS, question, refusesRequest, signHttp } from '../support/hub-messages.ts';

const without = (...names: string[]): readonly string[] => HTTP_COMPONENTS.filter((name) => !names.includes(name));

refusesRequest('a body whose digest the signature leaves out', 'http-signature', { code: 'signature-incomplete', forge: () => signHttp(question(), { components: without('content-digest') }) });
refusesRequest('a body whose type the signature leaves out', 'http-signature', { code: 'signature-incomplete', forge: () => signHttp(question(), { components: without('content-type') }) });
