import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTaken, authenticateAtEe, sealedRequest } from '../support/exchange.ts';
import { b64u } from '../support/forge.ts';
import { makePair } from '../support/sides.ts';

/** Order of P-256 (FIPS 186-5): (r, n − s) verifies wherever (r, s) does. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

test('a signature turned into (r, n − s) makes other bytes and the same statement: its identity stays, so it is known as a copy', async () => {
  const [header, claims, signature] = sealed.statement.split('.');
  const bytes = Buffer.from(signature ?? '', 'base64url');
  const s = BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const turned = Buffer.concat([bytes.subarray(0, 32), Buffer.from((N - s).toString(16).padStart(64, '0'), 'hex')]);
  const statement = `${header}.${claims}.${b64u(turned)}`;
  assert.notEqual(statement, sealed.statement);
  assert.equal((await authenticateAtEe(pair, statement)).identity, sealed.identity);
});
