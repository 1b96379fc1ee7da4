import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { refuses } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

test('control: a statement of exactly 60 s ago is taken', () => assertTaken(pair, sealed, { now: NOW + 60_000 }));

for (const age of [60_001, 61_000, 3_600_000]) {
  test(`a statement of ${age} ms ago is refused`, () => refuses(receiveAtEe(pair, sealed, { now: NOW + age }), 'clock-skew'));
}
