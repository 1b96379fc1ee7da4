import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { refuses } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

test('control: a statement of exactly 30 s ahead is taken', () => assertTaken(pair, sealed, { now: NOW - 30_000 }));

for (const ahead of [30_001, 31_000, 3_600_000]) {
  test(`a statement of ${ahead} ms ahead is refused`, () => refuses(receiveAtEe(pair, sealed, { now: NOW - ahead }), 'clock-skew'));
}
