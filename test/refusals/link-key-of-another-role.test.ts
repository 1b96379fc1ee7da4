import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withHeader } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

const [encryption] = pair.fi.side.encryptionKeys;
const signedByEncryptionKey = (kid: string) => withHeader(sealed.statement, JSON.stringify({ alg: 'ES256', typ: 'causeway-request+jwt', kid }), { ...pair.fi, signing: encryption?.key ?? pair.fi.signing });

test("a statement signed with the peer's encryption key, under its own kid, is refused", () =>
  refuses(receiveAtEe(pair, { ...sealed, statement: signedByEncryptionKey('FI-encryption') }), 'statement-untrusted'));

test("a statement signed with the peer's encryption key, under the kid of the statement key, is refused", () =>
  refuses(receiveAtEe(pair, { ...sealed, statement: signedByEncryptionKey('FI-statement') }), 'statement-invalid'));
