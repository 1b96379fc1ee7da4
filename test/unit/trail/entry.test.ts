import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { CausewayError } from '../../../src/errors.ts';
import { canonicalJson } from '../../../src/platform/canonical-json.ts';
import { EVENTS, STEPS, canonicalEntry, checkEntry, coreOf, parseEntry } from '../../../src/trail/entry.ts';
import type { Entry, Step } from '../../../src/trail/entry.ts';
import { digest, entryOf, newId } from '../../support/trail.ts';

const code = (wanted: string) => (error: unknown) => error instanceof CausewayError && error.code === wanted;

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
const token = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((unit) => String.fromCharCode(unit)), minLength: 1, maxLength: 60 });
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const HEAD = { origin: 'h/t/2026h1', root: `${'A'.repeat(43)}=`, size: 3 };
const TARGET = { index: 4, leaf: `${'A'.repeat(43)}=`, origin: 'h/t/2026h1' };
/** Members of steps that no exchange makes. */
const FURTHER = {
  previous: HEAD,
  lost: { promises: 1, size: 5 },
  promise: { by: 1, ...TARGET },
  target: TARGET,
  approval: 'file-17',
  digest: 'A'.repeat(43),
  authority: 'tsa.example',
  key: { action: 'added', role: 'statement' },
  mapping: { id: 'fi/echo', revision: 1, sha256: 'A'.repeat(43) },
} as const;
const entries = fc.record(
  {
    v: fc.constant(1),
    step: fc.constantFrom(...STEPS),
    t: fc.record({ ms: count, clock: fc.constantFrom('synchronised', 'unsynchronised', 'unknown') }, { noNullPrototype: true }),
    xid: fc.constant(newId()),
    from: fc.constant('FI'),
    to: fc.constant('EE'),
    link: fc.record({ id: token, version: count }, { noNullPrototype: true }),
    code: fc.constant('not-allowed'),
    core: hash,
    checkpoint: fc.record({ origin: token, size: count, root: fc.constant(`${'A'.repeat(43)}=`), note: hash }, { noNullPrototype: true }),
    event: fc.constantFrom(...EVENTS),
    client: fc.constant('FI/GOV/0245458-6/vero'),
    service: fc.constant('EE/GOV/70000349/emta/xteePalgaandmed/v1'),
    purpose: token,
    kid: token,
    chain: hash,
    window: count,
    evidence: fc.constant('record-1'),
    ...Object.fromEntries(Object.entries(FURTHER).map(([name, value]) => [name, fc.constant(value)])),
  },
  { noNullPrototype: true, requiredKeys: ['v', 'step', 't', 'xid', 'from', 'to', 'link', 'code', 'core', 'checkpoint', 'kid', ...(Object.keys(FURTHER) as never[])] },
);

test('the canonical form equals RFC 8785 for every entry the schema allows, whatever the order of its members', () => {
  fc.assert(
    fc.property(entries, (entry) => {
      const shuffled = Object.fromEntries(Object.entries(entry).toReversed());
      assert.equal(canonicalEntry(shuffled), canonicalJson(entry));
      assert.deepEqual(parseEntry(Buffer.from(canonicalEntry(entry))), entry);
    }),
  );
});

const refused: Record<string, unknown> = {
  'an unknown member': { ...entryOf(newId()), note: 'x' },
  'an unknown member of a member': entryOf(newId(), { link: { id: 'ee-fi', version: 1, extra: 1 } as never }),
  'an unknown step': { ...entryOf(newId()), step: 'gossip' },
  'another version': { ...entryOf(newId()), v: 2 },
  'an id that is no UUIDv7': entryOf('36805280109'),
  'a client that is no federated identifier': entryOf(newId(), { client: 'Mari Maasikas' }),
  'a purpose with a space': entryOf(newId(), { purpose: 'of Mari Maasikas' }),
  'a country that is none': entryOf(newId(), { from: 'Finland' }),
  'a core of another length': entryOf(newId(), { core: digest().slice(1) }),
  'a time that is no integer': entryOf(newId(), { t: { ms: 1.5, clock: 'unknown' } }),
  'a request without its exchange id': { ...entryOf(newId()), xid: undefined },
  'a response without the commitment to its statement': { ...entryOf(newId()), step: 'response', core: undefined },
  'a refusal without a code': { v: 1, step: 'refusal', t: { ms: 0, clock: 'unknown' } },
  'a peer checkpoint without the checkpoint': { v: 1, step: 'peer-checkpoint', t: { ms: 0, clock: 'unknown' } },
  'null': null,
  'an array': [],
};

/** What each step cannot do without. */
const NEEDED: Readonly<Partial<Record<Step, readonly (keyof Entry)[]>>> = {
  'request': ['xid', 'from', 'to', 'link', 'core'], 'response': ['xid', 'from', 'to', 'link', 'core'], 'refusal': ['code'], 'outcome-unknown': ['xid'],
  'acknowledged': ['xid', 'core'], 'not-received': ['xid', 'core'], 'reconciled': ['xid', 'target'], 'domestic-evidence': ['xid', 'digest'],
  'peer-checkpoint': ['checkpoint'], 'local-checkpoint': ['checkpoint'], 'previous-checkpoint': ['previous'], 'break': ['previous', 'lost'], 'timestamp': ['checkpoint', 'digest', 'authority'],
  'redaction': ['target', 'approval'], 'suspend': ['link'], 'resume': ['link'], 'key-event': ['kid', 'key'], 'link-change': ['link', 'digest'], 'mapping-change': ['mapping'], 'erasure': ['approval'], 'evidence-access': ['approval'],
};
const COMPLETE = { ...entryOf(newId()), ...FURTHER, code: 'not-allowed', checkpoint: { ...HEAD, note: 'A'.repeat(43) } };

for (const step of STEPS) {
  test(`a step ${step} needs ${NEEDED[step]?.join(', ')}, and nothing else`, () => {
    const needed = NEEDED[step] ?? assert.fail('no test of this step');
    const bare = Object.fromEntries(['t', ...needed].map((name) => [name, COMPLETE[name as keyof typeof COMPLETE]]));
    assert.equal(checkEntry({ v: 1, step, ...bare }).step, step);
    for (const name of needed) assert.throws(() => checkEntry({ v: 1, step, ...bare, [name]: undefined }), code('internal'), name);
  });
}

for (const [what, entry] of Object.entries(refused)) {
  test(`an entry with ${what} is refused, and the value is not quoted`, () => {
    assert.throws(
      () => checkEntry(entry),
      (error) => code('internal')(error) && !/Maasikas|36805280109/.test((error as Error).message),
    );
  });
}

test('an entry of more than 2 KiB is refused', () => {
  const long = 'x'.repeat(200);
  const service = `EE${`/${long}`.repeat(5)}`;
  const entry = entryOf(newId(), { client: service, service, kid: long, evidence: long });
  assert.throws(() => canonicalEntry(entry), code('internal'));
});

test('bytes in another spelling than the canonical one are no entry', () => {
  const text = canonicalEntry(entryOf(newId()));
  for (const other of [` ${text}`, text.replace('{', '{"v":1,'), text.replace('"v":1', '"v":1.0'), JSON.stringify({ step: 'x', ...JSON.parse(text) }), `\ufeff${text}`]) {
    assert.throws(() => parseEntry(Buffer.from(other)), code('trail-broken'), other.slice(0, 20));
  }
  assert.throws(() => parseEntry(Buffer.concat([Buffer.from(text), Buffer.of(0xff)])), code('trail-broken'));
});

test('the core commits to the signing input under its own domain', () => {
  const expected = createHash('sha256').update(Buffer.concat([Buffer.from('causeway/core/v1'), Buffer.of(0), Buffer.from('head.payload')])).digest('base64url');
  assert.equal(coreOf('head.payload'), expected);
});
