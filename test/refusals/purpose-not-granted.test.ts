/** Attack: a member that may ask for one purpose declares another, or declares two and lets the gateway choose. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authoriseOutbound } from '../../src/exchange/authorise.ts';
import { makeLink } from '../../src/federation/link.ts';
import type { ImportedService } from '../../src/mapping/mappings.ts';
import { purposesOf } from '../support/purposes.ts';
import { refuses } from '../support/refused.ts';
import { NOW, grantOf, makePair } from '../support/sides.ts';

const CLIENT = 'FI/GOV/0245458-6/vero';
const { grant, fi } = makePair();
const [{ agreement }] = fi.link.versions;
const [leg, back] = agreement.legs;
const link = makeLink([{ ...agreement, legs: [{ ...leg, grants: [grant, grantOf({ purpose: 'of-somebody-else', client: 'FI/MUN/0101263-6/vaestotiedot' })] }, back] }], fi.entity, fi.link.settings);

const home = { dialect: 'uxp-rest', service: { instance: 'FI', memberClass: 'GOV', memberCode: '0245437-2', subsystem: 'EE-emta', service: 'echo' }, operation: grant.operation } as const;
const service: ImportedService = { service: grant.service, operation: grant.operation, home, path: '/services/echo', purposes: purposesOf({ [grant.purpose]: 'OURS', 'of-somebody-else': 'THEIRS' }), neutral: grant.neutral, revisions: [] };

test('the declared purpose is the granted one', () => assert.equal(authoriseOutbound(CLIENT, service, ['OURS'], link, NOW).grant.purpose, grant.purpose));

for (const [what, carried] of [
  ['the purpose of another member', ['THEIRS']],
  ['its own and another', ['OURS', 'THEIRS']],
  ['one that nobody has', ['MADE-UP']],
  ['the link\'s code instead of the number', [grant.purpose]],
  ['its own in other letters', ['ours']],
] as const) {
  test(`a request that declares ${what} is refused`, () => refuses(() => authoriseOutbound(CLIENT, service, carried, link, NOW), 'not-allowed'));
}
