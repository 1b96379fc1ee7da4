/** A member's key that was revoked, and answers about it that somebody between could put forward. Each refusal has its control: the honest answer passes. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createAuthority, issue } from '../../src/crypto/pki.ts';
import { CausewayError } from '../../src/errors.ts';
import { START, Responder, newAuthority } from '../support/revocation.ts';
import { refuses } from '../support/refused.ts';

const DAY = 86_400_000;

test('control: a signer of which its authority says that it is good passes', async () => {
  const responder = new Responder();
  await responder.revocation().check(responder.path);
});

test('a signer that was revoked is refused', async () => {
  const responder = new Responder();
  responder.answering = { status: 'revoked' };
  await refuses(() => responder.revocation().check(responder.path), 'signature-untrusted');
});

test('a signer that its authority does not know is refused', async () => {
  const responder = new Responder();
  responder.answering = { status: 'unknown' };
  await refuses(() => responder.revocation().check(responder.path), 'signature-untrusted');
});

test('an old answer "good", played back after the revocation, counts for nothing', async () => {
  const responder = new Responder();
  responder.answering = { now: START - DAY };
  await refuses(() => responder.revocation().check(responder.path), 'dependency-lost');
});

test('an older answer "good", played back while a newer one says otherwise, takes nothing back', async () => {
  const responder = new Responder();
  responder.answering = { status: 'revoked' };
  const revocation = responder.revocation();
  await refuses(() => revocation.check(responder.path), 'signature-untrusted');
  responder.now += 2_000_000;
  responder.answering = { now: START - 1_000_000 };
  await revocation.look();
  assert.equal(responder.asked, 2);
  await refuses(() => revocation.check(responder.path), 'signature-untrusted');
});

test('an answer from the future counts for nothing', async () => {
  const responder = new Responder();
  responder.answering = { now: START + 3_600_000 };
  await refuses(() => responder.revocation().check(responder.path), 'dependency-lost');
});

test('an answer that another authority signed counts for nothing', async () => {
  const responder = new Responder();
  responder.answering = { authority: newAuthority('Signing CA') };
  await refuses(() => responder.revocation().check(responder.path), 'dependency-lost');
});

test('the answer about another certificate of the same authority counts for nothing', async () => {
  const responder = new Responder();
  const other = issue(responder.authority, { use: 'signing', subject: [['CN', 'other']], algorithm: 'P-256', notBefore: START - DAY, notAfter: START + DAY });
  responder.answering = { certificate: new X509Certificate(other.certificate).raw };
  await refuses(() => responder.revocation().check(responder.path), 'dependency-lost');
});

test('where an answer is required and nobody gives one, the signer is refused, and it is our fault', async () => {
  const responder = new Responder();
  responder.down = true;
  const error = await responder.revocation().check(responder.path).then(() => assert.fail('it passed'), (thrown: unknown) => thrown);
  assert.ok(error instanceof CausewayError);
  assert.deepEqual([error.code, error.fault, error.retry], ['dependency-lost', 'us', 'later']);
});

test('a certificate under an authority of which nobody was named is refused', async () => {
  const responder = new Responder();
  const elsewhere = createAuthority({ subject: [['CN', 'Another CA']], algorithm: 'P-256', notBefore: START - DAY, notAfter: START + DAY });
  await refuses(() => responder.revocation({ sources: [{ authority: new X509Certificate(elsewhere.certificate).raw }] }).check(responder.path), 'dependency-lost');
  assert.equal(responder.asked, 0);
});
