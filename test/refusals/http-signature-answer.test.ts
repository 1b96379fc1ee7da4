import { test } from 'node:test';
import { proveAnswer, signedAnswer, signedBy } from '../support/hub-messages.ts';
import { refuses } from '../support/refused.ts';

const policy = signedBy('http-signature');

test('control: an answer signed by its provider is taken', async () => void (await proveAnswer(signedAnswer(), policy)));
test('an answer to another question, validly signed, is refused', async () => refuses(async () => proveAnswer(signedAnswer(undefined, 'xid-2'), policy), 'service-answer-invalid'));
test('an answer whose signature leaves out the message id is refused', async () => refuses(proveAnswer(signedAnswer(['@status', 'content-digest', 'content-type']), policy), 'service-answer-invalid'));
test('an answer whose signature leaves out the status is refused', async () => refuses(proveAnswer(signedAnswer(['content-digest', 'content-type', 'x-request-id']), policy), 'service-answer-invalid'));
test('an answer with another body is refused', async () => refuses(proveAnswer({ ...signedAnswer(), body: Buffer.from('{"name":"Another"}') }, policy), 'service-answer-invalid'));
test('an answer without a signature is refused', async () => {
  const { headers, ...reply } = signedAnswer();
  const { signature: _, ...rest } = headers;
  await refuses(proveAnswer({ ...reply, headers: rest }, policy), 'service-answer-invalid');
});
