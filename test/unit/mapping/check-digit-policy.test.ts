/** Numbers whose check digits are wrong: the link's policy, and the mapping's own where the link has none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checks } from '../../../src/mapping/codecs/codec.ts';
import { assertRefused } from '../../support/refused.ts';
import { opened, request, translation, xml } from './support.ts';

const RIGHT = '36805280109';
const WRONG = '36805280108';
const asks = (code: string) => request(xml(`<p:RR456 xmlns:p="http://rr.x-road.eu/producer"><request><Isikukood>${code}</Isikukood></request></p:RR456>`));
const ee = await translation('ee/person', 'EE');
const approximated = (code: string, checks?: Checks) => ee.requestToNeutral(asks(code), { checks }).fields.loss.approximated;

test('warn: the number crosses, and the loss report names its field, never its value', () => {
  assert.deepEqual([approximated(WRONG, 'warn'), approximated(RIGHT, 'warn')], [['request/Isikukood'], []]);
});

test('off: nothing is judged', () => assert.deepEqual(approximated(WRONG, 'off'), []));

test('reject: refused with the field, and the text does not hold the number', async () => {
  const { facts, message } = await assertRefused(() => ee.requestToNeutral(asks(WRONG), { checks: 'reject' }), 'mapping-failed');
  assert.equal(facts.field, 'request/Isikukood');
  assert.doesNotMatch(`${message} ${facts.hint}`, /36805280108/);
  assert.deepEqual(approximated(RIGHT, 'reject'), []);
});

test('without a policy of the link the mapping says: this one warns', () => assert.deepEqual(approximated(WRONG), ['request/Isikukood']));

test('what a peer sends is judged where it is written for home', async () => {
  const document = { identifier: `EE:${WRONG}` };
  await assertRefused(() => ee.requestToDomestic(opened(document), { checks: 'reject' }), 'mapping-failed');
  assert.deepEqual(ee.requestToDomestic(opened(document), { checks: 'off' }).fields.loss.approximated, []);
});

test('one message does not see the policy of another', () => {
  assert.deepEqual([approximated(WRONG, 'off'), approximated(WRONG, 'warn'), approximated(WRONG)], [[], ['request/Isikukood'], ['request/Isikukood']]);
});
