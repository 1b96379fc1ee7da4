import { hash } from 'node:crypto';
import { question, refusesRequest, signHttp } from '../support/hub-messages.ts';

const digest = (name: string, algorithm: string): string => `${name}=:${hash(algorithm, question().body, 'buffer').toString('base64')}:`;

for (const [name, algorithm] of [['md5', 'md5'], ['sha', 'sha1']] as const) {
  refusesRequest(`a body bound by ${name} alone, validly signed`, 'http-signature', { code: 'signature-weak', forge: () => signHttp(question({ headers: { 'content-digest': digest(name, algorithm) } })) });
}
