import { HTTP_COMPONENTS, question, refusesRequest, signHttp } from '../support/hub-messages.ts';

const having = (...names: string[]): readonly string[] => [...names, ...HTTP_COMPONENTS.filter((name) => !name.startsWith('@'))];
const parts = having('@method', '@authority', '@path', '@query');

refusesRequest('a request signed without its method', 'http-signature', { code: 'signature-incomplete', forge: () => signHttp(question(), { components: having('@target-uri') }) });
refusesRequest('a request signed without its query', 'http-signature', { code: 'signature-incomplete', control: () => signHttp(question(), { components: parts }), forge: () => signHttp(question(), { components: having('@method', '@authority', '@path') }) });
refusesRequest('a request signed without its path', 'http-signature', { code: 'signature-incomplete', control: () => signHttp(question(), { components: parts }), forge: () => signHttp(question(), { components: having('@method', '@authority', '@query') }) });
refusesRequest('a request signed for any host', 'http-signature', { code: 'signature-incomplete', control: () => signHttp(question(), { components: parts }), forge: () => signHttp(question(), { components: having('@method', '@path', '@query') }) });
