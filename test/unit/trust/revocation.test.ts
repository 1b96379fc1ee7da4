import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Responder } from '../../support/revocation.ts';
import { refuses } from '../../support/refused.ts';

test('a signer is asked about once, while the answer is young enough', async () => {
  const responder = new Responder();
  const revocation = responder.revocation();
  await Promise.all([revocation.check(responder.path), revocation.check(responder.path)]);
  await revocation.check(responder.path);
  assert.equal(responder.asked, 1);
});

test('an answer is asked for again ahead, at half of its time, and not before', async () => {
  const responder = new Responder();
  const revocation = responder.revocation();
  await revocation.check(responder.path);
  responder.now += 1_000_000;
  await revocation.look();
  assert.equal(responder.asked, 1);
  responder.now += 1_000_000;
  await revocation.look();
  assert.equal(responder.asked, 2);
  responder.answering = { status: 'revoked' };
  responder.now += 2_000_000;
  await revocation.look();
  await refuses(() => revocation.check(responder.path), 'signature-untrusted');
  assert.equal(responder.asked, 3);
});

test('while the responder is down, the last answer stands and the loss is told; once it is back, all is well', async () => {
  const responder = new Responder();
  const revocation = responder.revocation();
  await revocation.check(responder.path);
  responder.down = true;
  responder.now += 4_000_000;
  await revocation.check(responder.path);
  assert.deepEqual(responder.reports, [undefined, 'the responder is down']);
  responder.down = false;
  responder.now += 60_000;
  await revocation.check(responder.path);
  assert.equal(responder.reports.at(-1), undefined);
});

test('a responder that fails is not asked again at every message', async () => {
  const responder = new Responder();
  responder.down = true;
  const revocation = responder.revocation({ policy: 'soft' });
  await revocation.check(responder.path);
  await revocation.check(responder.path);
  assert.equal(responder.asked, 1);
  responder.now += 11_000;
  await revocation.check(responder.path);
  assert.equal(responder.asked, 2);
});

test('soft: a signer of which nobody says anything passes, one that is revoked does not', async () => {
  const responder = new Responder();
  responder.down = true;
  const revocation = responder.revocation({ policy: 'soft' });
  await revocation.check(responder.path);
  responder.down = false;
  responder.answering = { status: 'revoked' };
  responder.now += 11_000;
  await refuses(() => revocation.check(responder.path), 'signature-untrusted');
});
