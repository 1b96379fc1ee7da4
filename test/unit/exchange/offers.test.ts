import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offersOf } from '../../../src/exchange/offers.ts';
import type { Peer } from '../../../src/exchange/flow.ts';
import type { Dialect } from '../../../src/ecosystems/ecosystem.ts';
import type { ImportedService } from '../../../src/mapping/mappings.ts';
import { purposesOf } from '../../support/purposes.ts';
import { NEUTRAL, makePair } from '../../support/sides.ts';

const peers = [{ link: makePair().fi.link }] as unknown as Peer[];
const dialect = (name: string): Dialect => ({ name }) as unknown as Dialect;

function imported(service: string, path: string): ImportedService {
  const home = { dialect: 'xroad-rest', service: { instance: 'FI', memberClass: 'GOV', memberCode: '0245437-2', subsystem: 'x', service: 'echo' }, operation: { method: 'POST', template: '/echo' } } as const;
  return { service, operation: home.operation, home, path, purposes: purposesOf({}), neutral: NEUTRAL, revisions: [] };
}

test('of the services that a pack names, those of linked countries are offered', () => {
  const offers = offersOf([imported('EE/GOV/70000349/emta/echo', '/services/ee-echo'), imported('UA/GOV/43220851/persons/echo', '/services/ua-echo')], peers, dialect, () => assert.fail('not asked'));
  assert.deepEqual(offers.map(({ path }) => path), ['/services/ee-echo']);
});
