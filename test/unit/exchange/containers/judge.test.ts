import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Base64url } from '../../../../src/crypto/digest.ts';
import { loggedEnvelope } from '../../../../src/ecosystems/logged.ts';
import { readSharedParameters } from '../../../../src/ecosystems/signed-documents/global-configuration.ts';
import { verifySignedDocument } from '../../../../src/ecosystems/signed-documents/verify.ts';
import { judgeContainers } from '../../../../src/exchange/containers/judge.ts';
import type { Judged } from '../../../../src/exchange/containers/judge.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { countryKeys } from '../../../support/notary.ts';

const { notary, configuration, MEMBER, OTHER, message } = countryKeys();
const trust = new Map([['EE', readSharedParameters(Buffer.from(configuration), DEFAULT_XML_LIMITS)]]);
const crossed = message('m-1');

function judge(containers: readonly Uint8Array[], { attachments = [], step = 'request', messageId = 'm-1' }: { readonly attachments?: readonly string[]; readonly step?: 'request' | 'response'; readonly messageId?: string } = {}): Promise<Judged> {
  const verify = (container: Uint8Array) => verifySignedDocument(container, trust, DEFAULT_XML_LIMITS);
  return judgeContainers(containers, { crossed: { messageId, step, digest: sha256Base64url(crossed), attachments }, unmapped: false, logged: loggedEnvelope, verify });
}
const signed = (bytes: Uint8Array, attachments: readonly Uint8Array[] = [], signer = MEMBER) => notary.container({ message: bytes, attachments }, signer);
const outcome = (judged: Judged) => ('code' in judged ? judged.code : judged.kind);

test('of several containers under one id, the one that holds what crossed is verified', async () => {
  const judged = await judge([await signed(message('m-0')), await signed(crossed), Buffer.from('no archive')]);
  assert.ok(judged.kind === 'proven');
  assert.equal(judged.proof.messageId, 'm-1');
});

test('none yet: it is waited for', async () => assert.equal(outcome(await judge([])), 'not-yet'));
test('others alone: the message is not proven', async () => assert.equal(outcome(await judge([await signed(message('m-0'))])), 'container-differs'));
test('the message with one byte more is another', async () => assert.equal(outcome(await judge([await signed(Buffer.concat([crossed, Buffer.from('\n')]))])), 'container-differs'));
test('an attachment that did not cross, or crossed otherwise, is another message', async () => {
  const container = await signed(crossed, [Buffer.from('one')]);
  assert.equal(outcome(await judge([container])), 'container-differs');
  assert.equal(outcome(await judge([container], { attachments: [sha256Base64url('two')] })), 'container-differs');
  assert.equal(outcome(await judge([container], { attachments: [sha256Base64url('one')] })), 'proven');
});
test('signed by another member, the message is not proven', async () => assert.equal(outcome(await judge([await signed(crossed, [], OTHER)])), 'signature-untrusted'));
test('a request does not prove an answer', async () => assert.equal(outcome(await judge([await signed(crossed)], { step: 'response' })), 'signature-invalid'));
