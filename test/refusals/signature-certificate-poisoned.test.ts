/** Messages that are meant to spoil those of others: what they bring is remembered by nobody, and what they lack stops nobody. */
import { suite, test } from 'node:test';
import { SIGNATURE } from '../../src/crypto/http-signature.ts';
import { JWS_SIGNATURE } from '../../src/crypto/detached-jws.ts';
import { Dependencies } from '../../src/exchange/dependencies.ts';
import type { DependenciesOptions } from '../../src/exchange/dependencies.ts';
import type { Grant } from '../../src/federation/link.ts';
import { FORMS, approved, authority, bringing, certified, derOf, judgedBy, newAuthority, portal, proveCertified, renewed, signedQuestion } from '../support/hub-certificates.ts';
import { NOW, withHeaders } from '../support/hub-messages.ts';
import { refuses } from '../support/refused.ts';

const DAY = 86_400_000;
const NAME = 'Hub issuing CA';
const old = newAuthority(NAME, authority, { notBefore: NOW - 400 * DAY, notAfter: NOW - DAY });
const fresh = renewed(old, NAME, authority);
const member = certified({}, { by: fresh });

suite('a path that was found once', () => {
  for (const form of FORMS) {
    test(`${form}: an authority that has ended, sent along by somebody else, does not stay in the way of the member`, async () => {
      const certificates = { ...approved, trust: { authorities: [derOf(authority)] } };
      const [name, value] = form === 'jws-detached' ? [JWS_SIGNATURE, 'AAAA'] : [SIGNATURE, 'sig1=:AAAA:'];
      const forged = await signedQuestion(form, bringing(member, old));
      await refuses(() => proveCertified(form, withHeaders(forged, { [name]: form === 'jws-detached' ? `${forged.headers[name]?.split('.')[0]}..${value}` : value }), certificates), 'signature-expired');
      await proveCertified(form, await signedQuestion(form, bringing(member, fresh)), certificates);
      await proveCertified(form, await signedQuestion(form, bringing(member, old, fresh)), certificates);
    });
    test(`${form}: an approved authority that has ended, beside its successor under the same key, does no harm`, async () => {
      const before = newAuthority('Root', undefined, { notBefore: NOW - 400 * DAY, notAfter: NOW - DAY });
      const successor = renewed(before, 'Root', before);
      const signer = certified({}, { by: successor });
      for (const authorities of [[before, successor], [successor, before]]) await proveCertified(form, await signedQuestion(form, signer), { ...approved, trust: { authorities: authorities.map(derOf) } });
    });
  }
});

suite('an authority of which nobody was named', () => {
  const unnamed = newAuthority('Another issuing CA', authority);
  const stranger = certified({}, { by: unnamed, others: [derOf(unnamed)] });
  const links = [{ id: 'ee-fi', versions: [{ effective: 0, agreement: {} }] }] as unknown as ReturnType<DependenciesOptions['links']>;
  for (const policy of ['required', 'soft'] as const) {
    test(`${policy}: who signs under it ${policy === 'soft' ? 'passes' : 'is refused'}, and nobody takes the responders of others for lost`, async () => {
      let now = NOW;
      const log = { info: () => {}, warn: () => {}, error: () => {} } as unknown as DependenciesOptions['log'];
      const dependencies = new Dependencies({ links: () => links, clock: { now: () => now, monotonic: () => now }, log });
      const certificates = judgedBy(() => [{ certificate: portal.certificate, by: authority, status: 'good' }], { policy, now: () => now, report: (loss) => dependencies.report('ocsp', loss as { why: string } | undefined) });
      const asks = async () => proveCertified('http-signature', await signedQuestion('http-signature', stranger), certificates);
      await (policy === 'soft' ? asks() : refuses(asks, 'dependency-lost'));
      await proveCertified('http-signature', await signedQuestion('http-signature'), certificates);
      now += 2 * 3_600_000;
      dependencies.require('ee-fi', { proof: 'http-signature' } as Grant);
    });
  }
});
