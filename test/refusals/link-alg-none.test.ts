import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { b64u } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

const header = b64u('{"alg":"none","typ":"causeway-request+jwt","kid":"FI-statement"}');
const [, claims, signature] = sealed.statement.split('.');

test('a statement that says alg none and carries no signature is refused', () =>
  refuses(receiveAtEe(pair, { ...sealed, statement: `${header}.${claims}.` }), 'statement-malformed'));

test('a statement that says alg none and carries 64 bytes where the signature belongs is refused', () =>
  refuses(receiveAtEe(pair, { ...sealed, statement: `${header}.${claims}.${signature}` }), 'statement-invalid'));
