/** Signatures of a hub's clients under certificates of OpenSSL's own authority: its responder's word, its list, and an answer of it that comes along. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { signingKey } from '../../src/crypto/message-keys.ts';
import type { SigningCertificates } from '../../src/ecosystems/proof-policy.ts';
import { asCausewayError } from '../../src/errors.ts';
import { post } from '../../src/platform/download.ts';
import { Revocation } from '../../src/trust/revocation.ts';
import type { RevocationSource } from '../../src/trust/revocation.ts';
import { FORMS, OCSP_HEADER, certifiedSettings, signedQuestion } from '../support/hub-certificates.ts';
import type { Certified } from '../support/hub-certificates.ts';
import { prove, signedBy, withHeaders } from '../support/hub-messages.ts';
import type { Form } from '../support/hub-messages.ts';
import { opensslCa } from '../support/openssl-ca.ts';
import type { OpensslCa } from '../support/openssl-ca.ts';
import { refuses } from '../support/refused.ts';
import { tool } from '../support/tool.ts';

const LIMITS = { maxBytes: 1024 ** 2, timeout: 10_000 };
const SUBJECT = { C: 'EE', serialNumber: 'EE/ss1/GOV' };

describe("certificates of OpenSSL's authority", { skip: tool('openssl', 'version') }, () => {
  let ca: OpensslCa;
  let [good, bad]: Certified[] = [];
  const issued = (name: string): Certified => {
    const certificate = ca.issue(name);
    const own = { ...signingKey(name, ca.key(name)), certificates: [certificate] } as const;
    return { own, registered: own, certificate };
  };
  const judged = (source: Partial<RevocationSource> = { ocsp: { url: ca.url, responders: [] } }): SigningCertificates => {
    const revocation = new Revocation({
      policy: 'required',
      maxAge: 60_000,
      clock: { now: Date.now, monotonic: () => performance.now() },
      sources: [{ authority: ca.certificate, ...source }],
      get: async () => ({ status: 200, contentType: 'application/pkix-crl', body: ca.crl() }),
      post: (url, type, body) => post(url, type, body, LIMITS),
      report: () => {},
    });
    return { trust: { authorities: [ca.certificate] }, ocspHeader: OCSP_HEADER, revocation: (path, answer) => revocation.check(path, answer) };
  };
  const passes = async (form: Form, signer: Certified, certificates: SigningCertificates, headers = {}) => {
    const now = Date.now();
    const settings = certifiedSettings();
    return prove(withHeaders(await signedQuestion(form, signer, { created: now }), headers), signedBy(form, { certificates }), { ...settings, clients: settings.clients.map((client) => ({ ...client, subject: SUBJECT })) }, now);
  };
  const along = (name: string) => ({ [OCSP_HEADER]: Buffer.from(ca.ocsp(name)).toString('base64') });

  before(async () => {
    ca = await opensslCa();
    [good, bad] = [issued('portal'), issued('former')];
    ca.revoke('former');
    await ca.start();
  });
  after(() => ca.close());

  for (const form of FORMS) {
    test(`${form}: the responder says good, and it passes; revoked, and it is refused`, async () => {
      const { proof } = await passes(form, good!, judged());
      assert.deepEqual([proof.result, proof.issuer], ['verified', 'CN=Test CA']);
      await refuses(() => passes(form, bad!, judged()), 'signature-untrusted');
    });
    test(`${form}: so does its revocation list`, async () => {
      await passes(form, good!, judged({ crl: { url: 'http://crl.invalid' } }));
      await refuses(() => passes(form, bad!, judged({ crl: { url: 'http://crl.invalid' } })), 'signature-untrusted');
    });
    test(`${form}: with the responder down, what it said and the signer sends along decides`, async () => {
      await ca.stop();
      await passes(form, good!, judged(), along('portal'));
      await refuses(() => passes(form, bad!, judged(), along('former')), 'signature-untrusted');
      await refuses(() => passes(form, bad!, judged(), along('portal')), 'dependency-lost');
      await refuses(() => passes(form, good!, judged()), 'dependency-lost');
      await ca.start();
    });
  }

  test('an answer that comes along with any byte changed is no fault of ours, and revokes nothing', async () => {
    await ca.stop();
    const answer = Buffer.from(ca.ocsp('portal'));
    const codes = new Set<string>();
    for (let at = 0; at < answer.length; at += 3) {
      const changed = Buffer.from(answer);
      changed[at]! ^= 0x81;
      codes.add(await passes('http-signature', good!, judged(), { [OCSP_HEADER]: changed.toString('base64') }).then(() => 'passes', (thrown: unknown) => asCausewayError(thrown).code));
    }
    await ca.start();
    assert.deepEqual([...codes].filter((code) => code !== 'passes' && code !== 'dependency-lost'), []);
    assert.ok(codes.has('dependency-lost'));
  });
});
