import { test } from 'node:test';
import { CompactEncrypt } from 'jose';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { handmadeRequest, publicKeyOfEe } from '../support/handmade.ts';
import type { Bends } from '../support/handmade.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const compressed = (zip: string): NonNullable<Bends['seal']> => (plaintext, honest) => new CompactEncrypt(plaintext).setProtectedHeader({ alg: '', enc: '', ...honest, zip }).encrypt(publicKeyOfEe(pair));

test('control: an uncompressed seal is taken', async () => assertTaken(pair, await handmadeRequest(pair)));

test('a compressed seal is refused, though its content is the honest one: nothing is inflated', async () => refuses(receiveAtEe(pair, await handmadeRequest(pair, { seal: compressed('DEF') })), 'seal-mismatch'));
