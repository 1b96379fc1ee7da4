import { test } from 'node:test';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { handmadeRequest } from '../support/handmade.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, (bytes[at] ?? 0) ^ 1);

for (const sealing of ['jwe', 'tls'] as const) {
  const pair = makePair({ sealing });
  const sealed = await handmadeRequest(pair);
  const manifest = Number(Buffer.from(sealed.payload).readBigUInt64BE(1));
  const part = 9 + manifest + 9;

  test(`control: unchanged, sealed with ${sealing}, the request is taken`, () => assertTaken(pair, sealed));

  const PLACES = { 'kind of the first frame': 0, 'length of the first frame': 8, 'first byte of the manifest': 9, 'middle of the manifest': 9 + (manifest >> 1), 'last byte of the manifest': 8 + manifest, 'kind of the second frame': 9 + manifest, 'first byte of the part': part, 'last byte of the part': sealed.payload.length - 1 };
  for (const [where, at] of Object.entries(PLACES)) {
    test(`one bit flipped in the ${where}, sealed with ${sealing}: refused`, () => refuses(receiveAtEe(pair, { ...sealed, payload: flipped(sealed.payload, at) }), 'digest-mismatch'));
  }
}

const pair = makePair();
const sealed = await handmadeRequest(pair);
const [header = '', claims = '', signature = ''] = sealed.statement.split('.');
const inSegment = (segment: string, at: number): string => Buffer.from(flipped(Buffer.from(segment, 'base64url'), at)).toString('base64url');
const sent = (statement: string) => receiveAtEe(pair, { ...sealed, statement });

test('one bit flipped in the kid of the statement: refused', () => refuses(sent(`${inSegment(header, Buffer.from(header, 'base64url').indexOf('FI-statement'))}.${claims}.${signature}`), 'statement-untrusted'));

test('one bit flipped in the purpose of the statement: refused', () => refuses(sent(`${header}.${inSegment(claims, Buffer.from(claims, 'base64url').indexOf('"test"') + 1)}.${signature}`), 'statement-invalid'));

test('one bit flipped in the structure of the claims: refused', () => refuses(sent(`${header}.${inSegment(claims, 0)}.${signature}`), 'statement-malformed'));

for (const at of [0, 31, 32, 63]) {
  test(`one bit flipped in byte ${at} of the signature: refused`, () => refuses(sent(`${header}.${claims}.${inSegment(signature, at)}`), 'statement-invalid'));
}
