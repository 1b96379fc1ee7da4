/** Signed containers on a running pair: fetched from the security server behind the exchange, verified, bound to it, and told of where they prove nothing. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { verifySignedDocument } from '../../src/ecosystems/signed-documents/verify.ts';
import { readSharedParameters } from '../../src/ecosystems/signed-documents/global-configuration.ts';
import { currentConfiguration } from '../../src/ecosystems/signed-documents/configuration-folder.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { SECURITY_SERVER } from '../../src/sandbox/faults.ts';
import type { Fault } from '../../src/sandbox/faults.ts';
import { auditorOpens, evidenceOf } from '../support/pair-evidence.ts';
import { COMPANY, INCOME, POPULATION } from '../support/questions.ts';
import type { Question } from '../support/questions.ts';
import { eventually, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const ALL = [0, 1].map((leg) => [['agreement', 'legs', leg, 'containers'], 'all'] as const);
const QUICK = [
  [['home', 'containers', 'retryAfter'], '200ms'],
  [['home', 'containers', 'retryAtMost'], '500ms'],
  [['home', 'containers', 'retryFor'], '60s'],
  [['home', 'containers', 'configuration', 'refresh'], '500ms'],
] as const;
const pair = runningPair({ changes: { gateway: QUICK, link: ALL } });

const domesticEvidence = (country: PairCountry, xid: string) => pair.entries(country, xid).filter(({ step }) => step === 'domestic-evidence');

async function crossed({ ask, from }: Question): Promise<string> {
  const { reply } = await ask(pair);
  assert.equal(reply.status, 200, Buffer.from(reply.body).toString());
  return pair.lastAsked(from);
}

/** Whoever reads it again needs the container and its country's configuration, and no gateway. */
async function verified(country: PairCountry, xid: string, step: 'request' | 'response') {
  const record = evidenceOf(pair, country, xid, `${step}-container`);
  const { domestic, neutral } = await auditorOpens(pair, country, record, xid, `${step}-container`);
  const kept = currentConfiguration(join(pair.store(country), 'configuration'), country)!;
  const proof = await verifySignedDocument(domestic!, new Map([[country, readSharedParameters(kept.sharedParameters, DEFAULT_XML_LIMITS)]]), DEFAULT_XML_LIMITS);
  return { proof, facts: neutral as Readonly<Record<string, string>> };
}

for (const { question, asker, provider } of [
  { question: INCOME, asker: 'FI/GOV/0245458-6', provider: 'EE/GOV/70000349' },
  { question: COMPANY, asker: 'EE/COM/10137319', provider: 'FI/GOV/0244683-1' },
]) {
  test(`${question.name}: the request's container is bound on the asking side, the answer's on the other`, async () => {
    const xid = await crossed(question);
    const { from, to } = question;
    for (const [country, step, signer] of [[from, 'request', asker], [to, 'response', provider]] as const) {
      await eventually(`${country} binds the container`, () => domesticEvidence(country, xid).length > 0, 20_000);
      const [entry] = domesticEvidence(country, xid);
      assert.deepEqual([entry?.log, entry?.code, entry?.evidence], ['local', undefined, `${xid}.${step}-container`]);
      const { proof, facts } = await verified(country, xid, step);
      assert.deepEqual([proof.kind, facts['signer'], facts['result']], [step, signer, 'verified']);
    }
  });
}

test("a message that a member signed needs no container, and none is fetched", async () => {
  const xid = await crossed(POPULATION);
  await crossed(INCOME);
  await eventually('the next exchange has its container', () => domesticEvidence('FI', pair.lastAsked('FI')).length > 0, 20_000);
  assert.deepEqual([...domesticEvidence('FI', xid), ...domesticEvidence('EE', xid)], []);
});

describe('what proves nothing is an entry, and the peer is told', () => {
  for (const { title, fault, code } of [
    { title: 'a container of another message', fault: { kind: 'other-message' } as Fault, code: 'container-differs' },
    { title: 'a container that another member signed', fault: { kind: 'other-signer' } as Fault, code: 'signature-untrusted' },
  ]) {
    test(title, async () => {
      const { faults } = pair.countries.FI;
      faults.set(SECURITY_SERVER, fault);
      try {
        const xid = await crossed(INCOME);
        await eventually('Finland records it', () => domesticEvidence('FI', xid).length > 0, 20_000);
        await eventually('Estonia records it', () => domesticEvidence('EE', xid).some(({ log }) => log === 'ee-fi'), 20_000);
        assert.deepEqual(domesticEvidence('FI', xid).map(({ log, code: found }) => [log, found]), [['local', code]]);
        assert.deepEqual(domesticEvidence('EE', xid).filter(({ log }) => log === 'ee-fi').map(({ code: found }) => found), [code]);
      } finally {
        faults.clear(SECURITY_SERVER);
      }
    });
  }
});

describe('what is not there yet is waited for', () => {
  test('a container without its time-stamp, until it has one', async () => {
    const { faults } = pair.countries.FI;
    faults.set(SECURITY_SERVER, { kind: 'unstamped' });
    const xid = await crossed(INCOME);
    await eventually('Estonia has its own', () => domesticEvidence('EE', xid).length > 0, 20_000);
    assert.deepEqual(domesticEvidence('FI', xid), []);
    faults.clear(SECURITY_SERVER);
    await eventually('Finland has it', () => domesticEvidence('FI', xid).length > 0, 20_000);
    assert.equal(domesticEvidence('FI', xid)[0]?.code, undefined);
  });

  test('the container of a security server that went down, until it is back', async () => {
    const { faults } = pair.countries.FI;
    faults.set(SECURITY_SERVER, { kind: 'unstamped' });
    const xid = await crossed(INCOME);
    faults.set(SECURITY_SERVER, { kind: 'down' });
    await eventually('Estonia has its own', () => domesticEvidence('EE', xid).length > 0, 20_000);
    assert.deepEqual(domesticEvidence('FI', xid), []);
    faults.clear(SECURITY_SERVER);
    await eventually('Finland has it', () => domesticEvidence('FI', xid).length > 0, 20_000);
    assert.equal(domesticEvidence('FI', xid)[0]?.code, undefined);
  });

  test('a gateway that was killed goes on where it stood', async () => {
    const { faults } = pair.countries.FI;
    faults.set(SECURITY_SERVER, { kind: 'unstamped' });
    const xid = await crossed(INCOME);
    pair.gateway('FI').signal('SIGKILL');
    await pair.gateway('FI').ended;
    faults.clear(SECURITY_SERVER);
    await pair.restart('FI');
    await eventually('Finland has it', () => domesticEvidence('FI', xid).length > 0, 20_000);
    assert.deepEqual(domesticEvidence('FI', xid).map(({ code }) => code), [undefined]);
  });

  test('a container that never gets its time-stamp is missing in the end, and the peer is told', async () => {
    await pair.reconfigure({ gateway: [[['home', 'containers', 'retryFor'], '1s']] }, ['FI']);
    const { faults } = pair.countries.FI;
    faults.set(SECURITY_SERVER, { kind: 'unstamped' });
    const xid = await crossed(INCOME);
    await eventually('Estonia is told', () => domesticEvidence('EE', xid).some(({ code }) => code === 'container-missing'), 20_000);
    assert.deepEqual(domesticEvidence('FI', xid).map(({ code }) => code), ['container-missing']);
    faults.clear(SECURITY_SERVER);
  });
});
