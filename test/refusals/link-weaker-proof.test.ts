import { test } from 'node:test';
import { sealRequest } from '../../src/federation/seal.ts';
import { exchangeId } from '../../src/platform/ids.ts';
import type { DomesticProof } from '../../src/stages.ts';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { refuses } from '../support/refused.ts';
import { CONTEXT, NOW, PROOF, makePair, mappedNeutral } from '../support/sides.ts';

const VERIFIED: DomesticProof = { form: 'wss', result: 'verified', policy: 'wss-xroad-v1/both', verifiedAt: NOW };
const signed = makePair({ grant: { proof: 'wss' } });
const vouched = makePair({ grant: { proof: 'security-server' } });

async function asked(pair: typeof signed, proof: DomesticProof) {
  return (await sealRequest({ xid: exchangeId(NOW), grant: pair.grant, budget: 5000, mapped: mappedNeutral(), context: CONTEXT, proof }, pair.fi.link.versions[0], pair.fi.side, NOW)).fields;
}

test('control: what the grant asks for is taken', async () => {
  await assertTaken(signed, await asked(signed, VERIFIED));
  await assertTaken(vouched, await asked(vouched, PROOF));
});

test('a security server\'s word where the grant asks for a verified signature is refused', async () => refuses(receiveAtEe(signed, await asked(signed, PROOF)), 'leg-mismatch'));

test('a signature that is only asserted is refused', async () => refuses(receiveAtEe(signed, await asked(signed, { ...VERIFIED, result: 'asserted' })), 'leg-mismatch'));

test('a security server\'s word that calls itself verified is refused', async () => refuses(receiveAtEe(vouched, await asked(vouched, { ...PROOF, result: 'verified' })), 'leg-mismatch'));
