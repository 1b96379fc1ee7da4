import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair({ grant: { minBudget: 1500 } });

test('control: exactly the least budget is taken', async () => assertTaken(pair, (await sealedRequest(pair, { budget: 1500 })).fields));

for (const budget of [1499, 1, 0]) {
  test(`a budget of ${budget} ms where the service needs 1500 ms is refused`, async () => refuses(receiveAtEe(pair, (await sealedRequest(pair, { budget })).fields), 'budget-too-small'));
}
