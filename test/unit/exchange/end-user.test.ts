import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crossing } from '../../../src/exchange/end-user.ts';
import type { Leg } from '../../../src/federation/link.ts';
import type { DomesticRequest } from '../../../src/stages.ts';
import { assertRefused } from '../../support/refused.ts';
import { CONTEXT, makePair } from '../../support/sides.ts';

const KEY = Buffer.alloc(32, 1);
const member = { instance: 'FI', memberClass: 'GOV', memberCode: '0245458-6', subsystem: 'vero' };

function asked(endUser: Leg['endUser'], context: Partial<DomesticRequest['context']>, options: { key?: Uint8Array; to?: string } = {}) {
  const { out } = makePair({ leg: { endUser } }).fi.link.versions[0];
  const message: DomesticRequest = {
    kind: 'request', dialect: 'xroad-rest', client: member, service: { ...member, service: 'echo' },
    context: { messageId: 'm-1', ...context }, operation: { name: 'echo' }, payload: { form: 'json', body: undefined, path: {}, query: {} },
  };
  return crossing(message, { ...out, to: options.to ?? out.to }, options.key ?? KEY, { FI: 'm-1' }, CONTEXT.loss);
}

test('pass: the end user crosses as it is, or not at all', () => {
  assert.equal(asked('pass', { userId: 'FI010190-999X' }).userId, 'FI010190-999X');
  assert.equal('userId' in asked('pass', {}), false);
});

test('required: the end user crosses as it is', () => assert.equal(asked('required', { userId: 'FI010190-999X' }).userId, 'FI010190-999X'));

for (const userId of [undefined, '', '  \t']) {
  test(`required: ${JSON.stringify(userId)} is refused, with the field`, async () => {
    const { facts } = await assertRefused(() => asked('required', userId === undefined ? {} : { userId }), 'end-user-missing');
    assert.equal(facts.field, 'userId');
  });
}

test('organisation-only: nothing of the end user crosses', () => assert.equal(JSON.stringify(asked('organisation-only', { userId: 'FI010190-999X' })).includes('010190'), false));

test('pseudonym: the same end user is the same pseudonym, which does not show who it is', () => {
  const { userId } = asked('pseudonym', { userId: 'FI010190-999X' });
  assert.equal(userId, asked('pseudonym', { userId: 'FI010190-999X' }).userId);
  assert.match(userId ?? '', /^[A-Za-z0-9_-]{43}$/);
  assert.equal('userId' in asked('pseudonym', {}), false);
});

test('pseudonym: another end user, another gateway and another country asked give another one', () => {
  const { userId } = asked('pseudonym', { userId: 'FI010190-999X' });
  assert.notEqual(asked('pseudonym', { userId: 'FI010190-999Y' }).userId, userId);
  assert.notEqual(asked('pseudonym', { userId: 'FI010190-999X' }, { key: Buffer.alloc(32, 2) }).userId, userId);
  assert.notEqual(asked('pseudonym', { userId: 'FI010190-999X' }, { to: 'LV' }).userId, userId);
});

test('issue, represented party, message ids and loss cross under every rule', () => {
  for (const rule of ['pass', 'required', 'organisation-only', 'pseudonym'] as const) {
    const { userId: _, ...rest } = asked(rule, { userId: 'u', issue: 'case 7', representedParty: { partyCode: '123' } });
    assert.deepEqual(rest, { issue: 'case 7', representedParty: { partyCode: '123' }, messageIds: { FI: 'm-1' }, loss: CONTEXT.loss });
  }
});
