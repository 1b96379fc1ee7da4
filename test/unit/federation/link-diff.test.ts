/** What one version of an agreement changes against another: in words, and whether it may be approved by one person a side. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { diffAgreements, peopleNeeded } from '../../../src/federation/link-diff.ts';
import type { Agreement, Grant, Leg } from '../../../src/federation/link.ts';
import { grantOf, makePair } from '../../support/sides.ts';

const KEYS = ['A', 'B', 'C'].map((letter) => Buffer.alloc(32, letter).toString('base64'));
const [{ agreement: made }] = makePair().ee.link.versions;
const BASE: Agreement = { ...made, parties: [{ ...made.parties[0], approvers: KEYS }, { ...made.parties[1], approvers: KEYS }] };
const [LEG, BACK] = BASE.legs;

const withLeg = (leg: Partial<Leg>): Agreement => ({ ...BASE, legs: [{ ...LEG, ...leg }, BACK] });
const withGrant = (grant: Partial<Grant>): Agreement => withLeg({ grants: [grantOf(grant)] });
const withParty = (party: Partial<Agreement['parties'][0]>): Agreement => ({ ...BASE, parties: [{ ...BASE.parties[0], ...party }, BASE.parties[1]] });

/** Each from BASE; one person a side suffices. */
const NARROWER: Readonly<Record<string, Agreement>> = {
  'nothing but version and time': { ...BASE, version: 2, effective: '2027-01-01T00:00:00Z' },
  'a grant withdrawn': withLeg({ grants: [] }),
  'a smaller quota': withGrant({ quota: 999 }),
  'smaller messages': withGrant({ maxBytes: 999 }),
  'less time': withGrant({ maxBudget: 9999 }),
  'more time that the service needs': withGrant({ minBudget: 101 }),
  'fields listed where all crossed': withGrant({ fields: { response: ['/a'] } }),
  'answers kept for less': withLeg({ answerRetention: 599_999 }),
  'end users required': withLeg({ endUser: 'required' }),
  'one of three approvers gone': withParty({ approvers: KEYS.slice(0, 2) }),
  'a dependency missed for less': { ...BASE, degraded: { ocsp: { continueFor: 0, refuse: 'all', alarm: 'error' } } },
};

/** Each from BASE; two people a side. */
const WIDER: Readonly<Record<string, Agreement>> = {
  'a new grant': withLeg({ grants: [...LEG.grants, grantOf({ purpose: 'other' })] }),
  'another client for the same service': withGrant({ client: 'FI/GOV/0245458-7/other' }),
  'another purpose': withGrant({ purpose: 'other' }),
  'another operation': withGrant({ operation: { name: 'other' } }),
  'a larger quota': withGrant({ quota: 1001 }),
  'larger messages': withGrant({ maxBytes: 1_000_001 }),
  'attachments where there were none': withGrant({ attachments: 1 }),
  'another proof, even one that is stronger elsewhere': withGrant({ proof: 'wss' }),
  'another neutral form': withGrant({ neutral: 'passthrough' }),
  'repetition allowed': withGrant({ idempotent: true }),
  'weaker sealing': withLeg({ sealing: 'tls' }),
  'other evidence': withLeg({ evidence: 'escrow' }),
  'less of the end user': withLeg({ endUser: 'pseudonym' }),
  'a longer retry': { ...BASE, retryTime: BASE.retryTime + 1 },
  'another time of duplicates': { ...BASE, duplicateTime: BASE.duplicateTime - 1 },
  'a retention': { ...BASE, evidenceRetention: 1e12 },
  'another log key': withParty({ log: { ...BASE.parties[0].log, key: 'y' } }),
  'another auditor': withParty({ auditor: { kty: 'EC' } }),
  'another approver': withParty({ approvers: [...KEYS.slice(0, 2), Buffer.alloc(32, 'D').toString('base64')] }),
  'one approver left': withParty({ approvers: KEYS.slice(0, 1) }),
  'a dependency missed for longer': { ...BASE, degraded: { ocsp: { continueFor: 1e9, refuse: 'signed', alarm: 'warning' } } },
  'a dependency that refuses less': { ...BASE, degraded: { ocsp: { continueFor: 0, refuse: 'nothing', alarm: 'warning' } } },
  'narrower and wider at once': withGrant({ quota: 999, maxBytes: 1_000_001 }),
  'a term that nobody knows yet': { ...BASE, unheardOf: 1 } as Agreement,
};

suite('what a version changes', () => {
  for (const [name, after] of Object.entries(NARROWER)) test(`${name}: one person a side`, () => assert.equal(peopleNeeded(BASE, after), 1));
  for (const [name, after] of Object.entries(WIDER)) test(`${name}: two people a side`, () => assert.equal(peopleNeeded(BASE, after), 2));

  test('what is narrower one way is wider the other way', () => {
    for (const [name, after] of Object.entries(NARROWER)) if (name !== 'nothing but version and time') assert.equal(peopleNeeded(after, BASE), 2, name);
  });

  test('the first version takes two, and all of it is new', () => {
    assert.equal(peopleNeeded(undefined, BASE), 2);
    assert.ok(diffAgreements(undefined, BASE).every(({ effect, text }) => effect === 'widens' && / is new/.test(text)));
  });

  test('of two grants for the same use one stands in the way of the other: to take it away widens', () => {
    const twice = withLeg({ grants: [grantOf(), grantOf({ quota: 5 })] });
    assert.equal(peopleNeeded(twice, BASE), 2);
  });

  test('the order of parties, legs and grants is no change', () => {
    const [a, b] = BASE.parties;
    assert.deepEqual(diffAgreements(BASE, { ...BASE, parties: [b, a], legs: [BACK, LEG] }), []);
  });

  test('in words: which grant is new, which limit grew', () => {
    const after = withLeg({ grants: [grantOf({ quota: 1200 }), grantOf({ purpose: 'audit' })] });
    assert.deepEqual(diffAgreements(BASE, after).map(({ text }) => text), [
      'FI → EE, FI/GOV/0245458-6/vero calls EE/GOV/70000349/emta/echo/v1 (echo) for test: quota grew from 1000 exchanges a minute to 1200 exchanges a minute',
      'FI → EE: grant "FI/GOV/0245458-6/vero calls EE/GOV/70000349/emta/echo/v1 (echo) for audit" is new',
    ]);
  });
});

/** A request, as far as a grant decides about it. */
interface Request {
  readonly leg: 0 | 1;
  readonly client: number;
  readonly purpose: string;
  readonly bytes: number;
  readonly attachments: number;
  readonly budget: number;
  readonly field: string;
  readonly nth: number;
  readonly endUser: boolean;
}

const CLIENTS = ['FI/GOV/1-1/a', 'FI/GOV/2-2/b'];
const FIELDS = ['/a', '/a/b', '/a/b/c', '/d', '/ab'];

/** What the receiver's order makes of it, written down anew: not the code under test. */
function allowed({ legs }: Agreement, request: Request): boolean {
  const leg = legs[request.leg];
  const grants = leg.grants.filter(({ client, purpose }) => client === CLIENTS[request.client] && purpose === request.purpose);
  const [grant] = grants;
  if (grants.length !== 1 || grant === undefined || (leg.endUser === 'required' && !request.endUser)) return false;
  const listed = grant.fields?.request;
  const crosses = listed === undefined || listed.some((path) => request.field === path || request.field.startsWith(`${path}/`));
  return crosses && request.bytes <= grant.maxBytes && request.attachments <= (grant.attachments ?? 0) && request.budget >= grant.minBudget && request.nth <= grant.quota;
}

const small = fc.integer({ min: 1, max: 4 });
const grants = fc.array(
  fc.record({ client: fc.constantFrom(...CLIENTS), purpose: fc.constantFrom('p', 'q'), quota: small, maxBytes: small, minBudget: small, maxBudget: fc.integer({ min: 5, max: 9 }), attachments: fc.option(small, { nil: undefined }), fields: fc.option(fc.subarray(FIELDS, { minLength: 1 }), { nil: undefined }) }).map(({ attachments, fields, ...rest }) => grantOf({ ...rest, ...(attachments === undefined ? {} : { attachments }), ...(fields === undefined ? {} : { fields: { request: fields } }) })),
  { maxLength: 3 },
);
const legs = fc.record({ grants, endUser: fc.constantFrom('pass', 'required') });
const agreements = fc.tuple(legs, legs).map(([a, b]): Agreement => ({ ...BASE, legs: [{ ...LEG, ...a }, { ...BACK, ...b }] }));
/** Smaller and larger neighbours: two agreements at random are seldom narrower. */
const pairs = fc.tuple(agreements, fc.array(fc.tuple(fc.nat(), fc.constantFrom('quota', 'maxBytes', 'minBudget', 'attachments', 'gone', 'fields'), fc.constantFrom(-1, 1)), { maxLength: 3 })).map(([before, steps]): readonly [Agreement, Agreement] => [before, steps.reduce(stepped, before)]);
const requests = fc.record({ leg: fc.constantFrom(0, 1), client: fc.constantFrom(0, 1), purpose: fc.constantFrom('p', 'q'), bytes: fc.integer({ min: 1, max: 6 }), attachments: fc.integer({ min: 0, max: 5 }), budget: fc.integer({ min: 0, max: 9 }), field: fc.constantFrom(...FIELDS), nth: fc.integer({ min: 1, max: 6 }), endUser: fc.boolean() }) as fc.Arbitrary<Request>;

function stepped(agreement: Agreement, [at, what, by]: readonly [number, string, number]): Agreement {
  const index = at % 2;
  const leg = agreement.legs[index === 0 ? 0 : 1];
  const nth = at % Math.max(leg.grants.length, 1);
  const changed = leg.grants.flatMap((grant, position): Grant[] => {
    if (position !== nth) return [grant];
    if (what === 'gone') return [];
    if (what === 'fields') return [{ ...grant, fields: { request: grant.fields?.request?.slice(0, 1) ?? FIELDS.slice(0, 2) } }];
    const old = what === 'attachments' ? (grant.attachments ?? 0) : (grant as unknown as Record<string, number>)[what] ?? 0;
    return [{ ...grant, [what]: Math.max(old + by, 0) }];
  });
  const next = { ...leg, grants: changed };
  return { ...agreement, legs: index === 0 ? [next, agreement.legs[1]] : [agreement.legs[0], next] };
}

test('whatever one person a side may approve allows no request that was not allowed before', () => {
  let narrower = 0;
  fc.assert(
    fc.property(fc.oneof(pairs, fc.tuple(agreements, agreements)), fc.array(requests, { minLength: 20, maxLength: 60 }), ([before, after], asked) => {
      if (peopleNeeded(before, after) === 2) return;
      narrower += 1;
      for (const request of asked) assert.ok(!allowed(after, request) || allowed(before, request), JSON.stringify(request));
    }),
    { numRuns: 1500 },
  );
  assert.ok(narrower > 100, `only ${narrower} of the pairs were narrower`);
});
