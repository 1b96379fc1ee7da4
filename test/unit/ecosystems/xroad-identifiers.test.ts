import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CausewayError } from '../../../src/errors.ts';
import { checkPart, memberPath, parseMemberPath, sameMember, sameService, servicePath } from '../../../src/ecosystems/xroad-identifiers.ts';
import { coded } from './errors.ts';

const FIELD = 'X-Road-Client';

test('a member is three or four segments, decoded each for itself', () => {
  assert.deepEqual(parseMemberPath('FI/GOV/0245458-6/vero', FIELD), { instance: 'FI', memberClass: 'GOV', memberCode: '0245458-6', subsystem: 'vero' });
  assert.deepEqual(parseMemberPath('FI/GOV/0245458-6', FIELD), { instance: 'FI', memberClass: 'GOV', memberCode: '0245458-6' });
  assert.deepEqual(parseMemberPath('EE/GOV/a%2Fb/%C3%B5is%20s', FIELD), { instance: 'EE', memberClass: 'GOV', memberCode: 'a/b', subsystem: 'õis s' });
});

for (const text of ['', 'FI', 'FI/GOV', 'FI%2FGOV%2F1%2Fa', 'FI/GOV/1/a/b', 'FI/GOV//a', '/FI/GOV/1', 'FI/GOV/1/', 'FI/GOV/1/%', 'FI/GOV/1/%zz', 'FI/GOV/1/%ff', 'FI/GOV/1/..', 'FI/GOV/1/%2e%2e', 'FI/GOV/1/a%00', 'FI/GOV/1/a%0d%0aX: y', 'FI/GOV/1/a%E2%80%8Bb', 'FI/GOV/1, FI/GOV/2', 'FI/GOV/1/a, FI/GOV/2/b']) {
  test(`'${text}' is refused as malformed`, () => assert.throws(() => parseMemberPath(text, FIELD), coded('malformed', { field: FIELD })));
}

test('any identifier that is accepted comes back the same through its path, and no two share one', () => {
  const part = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((text) => isPart(text));
  const member = fc.record({ instance: part, memberClass: part, memberCode: part, subsystem: part }, { noNullPrototype: true });
  fc.assert(
    fc.property(member, member, (a, b) => {
      assert.deepEqual(parseMemberPath(memberPath(a), FIELD), a);
      assert.equal(memberPath(a) === memberPath(b), sameMember(a, b));
      assert.ok(/^[\x21-\x7e]+$/.test(memberPath(a)));
    }),
  );
});

test('no header text gives an error without a code', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('/', '%', '%2F', 'a', '..', '%00', '%ff', ',', ' ')).map((parts) => parts.join(''))), (text) => {
      try {
        parseMemberPath(text, FIELD);
      } catch (error) {
        assert.ok(error instanceof CausewayError && ['malformed', 'too-large'].includes(error.code));
      }
    }),
    { numRuns: 1000 },
  );
});

test('services are compared exactly, version and case included', () => {
  const service = { instance: 'EE', memberClass: 'GOV', memberCode: '1', subsystem: 'rr', service: 'RR456', version: 'v1' };
  const { version: _, ...unversioned } = service;
  assert.ok(sameService(service, { ...service }));
  for (const other of [{ ...service, version: 'v2' }, { ...service, service: 'rr456' }, { ...service, instance: 'ee' }, unversioned]) assert.ok(!sameService(service, other));
  assert.equal(servicePath(service), 'EE/GOV/1/rr/RR456');
});

function isPart(text: string): boolean {
  try {
    return checkPart(text, FIELD) === text;
  } catch {
    return false;
  }
}
