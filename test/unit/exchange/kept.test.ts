import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { packQuestion, packRefusal, packReply, packSealed, unpackQuestion, unpackReply, unpackSealed } from '../../../src/exchange/kept.ts';
import type { Cipher } from '../../../src/exchange/kept.ts';
import { bytesOf } from '../../../src/platform/content.ts';
import type { Arrival } from '../../../src/exchange/flow.ts';

const KEY = randomBytes(32);
const IV = Buffer.alloc(12);
const FOLDER = '/somewhere/spool';
const encrypt: Cipher = (bytes) => {
  const cipher = createCipheriv('aes-256-gcm', KEY, IV);
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
};
const decrypt: Cipher = (bytes) => {
  const decipher = createDecipheriv('aes-256-gcm', KEY, IV).setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
};

const binary = fc.uint8Array({ maxLength: 200 });

const ARRIVAL: Arrival = {
  path: '/services/ee-population',
  http: { method: 'POST', target: '/?a=ä', headers: { 'content-type': 'text/xml', 'x-road-client': 'FI/MUN/0101263-6/vaestotiedot' }, body: Buffer.from('36805280109') },
  connection: 'CN=ss1,O=Municipality',
  trace: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
  accept: { accept: 'text/xml' },
};

test('sealed bytes come back byte for byte, whatever the payload, and so does a refusal without a key', () => {
  fc.assert(fc.property(binary, (payload) => {
    const backs = [unpackSealed(packSealed({ statement: 'a.b.c', payload }, encrypt), decrypt, FOLDER), unpackSealed(packRefusal({ statement: 'a.b.c', payload }), undefined, FOLDER)];
    for (const back of backs) assert.deepEqual([back.statement, [...bytesOf(back.payload)]], ['a.b.c', [...payload]]);
  }));
});

test('sealed bytes, which TLS alone may have sealed, are not readable without the key', () => {
  const kept = packSealed({ statement: 'a.b.c', payload: Buffer.from('36805280109') }, encrypt);
  assert.equal(Buffer.from(kept).includes('36805280109'), false);
  assert.throws(() => unpackSealed(kept, undefined, FOLDER), { code: 'outcome-unknown' });
});

test('a question comes back whole, with a binary body', () => {
  fc.assert(fc.property(binary, binary, (payload, body) => {
    const arrival = { ...ARRIVAL, http: { ...ARRIVAL.http, body } };
    const back = unpackQuestion(packQuestion({ statement: 'a.b.c', payload }, { arrival, provenAt: 1_795_262_400_123 }, encrypt), decrypt, FOLDER);
    assert.deepEqual([back.sealed.statement, [...bytesOf(back.sealed.payload)]], ['a.b.c', [...payload]]);
    assert.equal(back.provenAt, 1_795_262_400_123);
    assert.deepEqual({ ...back.arrival, http: { ...back.arrival.http, body: [...back.arrival.http.body] } }, { ...arrival, http: { ...arrival.http, body: [...body] } });
  }));
});

test('members that were absent stay absent', () => {
  const { arrival } = unpackQuestion(packQuestion({ statement: 's', payload: Buffer.of() }, { arrival: { ...ARRIVAL, trace: {}, accept: {} }, provenAt: 1 }, encrypt), decrypt, FOLDER);
  assert.deepEqual([arrival.trace, arrival.accept], [{}, {}]);
});

test('of a kept question nothing is readable without the key', () => {
  const kept = packQuestion({ statement: 'a.b.c', payload: Buffer.from('sealed') }, { arrival: ARRIVAL, provenAt: 1 }, encrypt);
  for (const secret of ['a.b.c', 'sealed', '36805280109', 'ee-population', 'Municipality', 'x-road-client']) assert.equal(Buffer.from(kept).includes(secret), false, secret);
});

test('a reply comes back whole, and is not readable without the key', () => {
  fc.assert(fc.property(binary, (body) => {
    const reply = { status: 500, headers: { 'content-type': 'text/xml' }, body };
    const back = unpackReply(packReply(reply, encrypt), decrypt, FOLDER);
    assert.deepEqual({ ...back, body: [...bytesOf(back.body)] }, { ...reply, body: [...body] });
  }));
  assert.equal(Buffer.from(packReply({ status: 200, headers: {}, body: Buffer.from('36805280109') }, encrypt)).includes('36805280109'), false);
});

test('kept bytes that are damaged are refused', () => {
  const kept = packRefusal({ statement: 'a.b.c', payload: Buffer.from('sealed') });
  assert.throws(() => unpackSealed(kept.subarray(0, -1), decrypt, FOLDER), { code: 'malformed' });
});
