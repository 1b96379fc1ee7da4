import { test } from 'node:test';
import { makeLink } from '../../src/federation/link.ts';
import type { LinkVersion } from '../../src/federation/link.ts';
import { sealRequest } from '../../src/federation/seal.ts';
import { exchangeId } from '../../src/platform/ids.ts';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { refuses } from '../support/refused.ts';
import { CONTEXT, NOW, PROOF, makePair, mappedNeutral } from '../support/sides.ts';

/** Version 1 until NOW, version 2 from then on; both ends hold both. */
const base = makePair();
const [{ agreement }] = base.ee.link.versions;
const agreements = [agreement, { ...agreement, version: 2, effective: new Date(NOW).toISOString(), retryTime: 1 }];
const linkOf = (entity: string) => makeLink(agreements, entity, { url: 'https://127.0.0.1:1', connections: 1, mappingOverlap: 120_000 });
const pair = { ...base, fi: { ...base.fi, link: linkOf(base.fi.entity) }, ee: { ...base.ee, link: linkOf(base.ee.entity) } };
const [first, second] = pair.fi.link.versions as readonly [LinkVersion, LinkVersion];

async function asked(version: LinkVersion, now: number) {
  return (await sealRequest({ xid: exchangeId(now), grant: pair.grant, budget: 5000, mapped: mappedNeutral(), context: CONTEXT, proof: PROOF }, version, pair.fi.side, now)).fields;
}

test('control: each version in its own time is taken', async () => {
  await assertTaken(pair, await asked(first, NOW - 1000), { now: NOW - 1000 });
  await assertTaken(pair, await asked(second, NOW), { now: NOW });
});

test('control: within 120 s of the change the neighbour is taken, on either side of it', async () => {
  await assertTaken(pair, await asked(first, NOW + 119_000), { now: NOW + 119_000 });
  await assertTaken(pair, await asked(second, NOW - 120_000), { now: NOW - 120_000 });
});

test('120 s after the change the old version is refused', async () => refuses(receiveAtEe(pair, await asked(first, NOW + 120_000), { now: NOW + 120_000 }), 'link-mismatch'));

test('more than 120 s before the change the new version is refused', async () => refuses(receiveAtEe(pair, await asked(second, NOW - 121_000), { now: NOW - 121_000 }), 'link-mismatch'));
