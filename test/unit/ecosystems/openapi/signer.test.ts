/** Who counts as the signer of a message where keys are registered, where certificates count, and where both do. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { CERTIFICATE_HEADER, FORMS, approved, certified, certifiedSettings, derOf, issuing, newAuthority, proveCertified, signedQuestion } from '../../../support/hub-certificates.ts';
import { hubSettings, portal, prove, question, signHttp, signedBy, withHeaders } from '../../../support/hub-messages.ts';
import { refuses } from '../../../support/refused.ts';

suite('the signer of a message', () => {
  for (const form of FORMS) {
    test(`${form}: a certificate two steps below the approved authority is believed, and the proof names who issued it`, async () => {
      const { proof } = await proveCertified(form, await signedQuestion(form, certified({}, { by: issuing, others: [derOf(issuing)] })));
      assert.deepEqual([proof.result, proof.issuer, proof.policy.split('/')[0]], ['verified', 'C=MY, CN=Hub issuing CA', form === 'http-signature' ? 'rfc9421-v1+x509' : 'jades-headers-v1+x509']);
    });
    test(`${form}: where no authority is approved, or no subject is named, no certificate counts`, async () => {
      const message = await signedQuestion(form);
      await refuses(() => prove(message, signedBy(form), certifiedSettings()), 'signature-untrusted');
      await refuses(() => prove(message, signedBy(form, { certificates: approved }), hubSettings()), 'signature-untrusted');
      await refuses(() => proveCertified(form, message, { ...approved, trust: { authorities: [derOf(newAuthority('Elsewhere'))] } }), 'signature-untrusted');
    });
  }

  test('where the key is registered, nobody looks at certificates', async () => {
    const message = signHttp(withHeaders(question(), { [CERTIFICATE_HEADER]: 'not one' }));
    const settings = hubSettings();
    const { proof } = await prove(message, signedBy('http-signature', { certificates: approved }), { ...settings, clients: settings.clients.map((client) => ({ ...client, subject: { CN: 'portal' } })) });
    assert.deepEqual([proof.issuer, proof.policy.split('/')[0]], [portal.own.keyid, 'rfc9421-v1']);
  });

  test('a signer without a certificate is named as one that is not registered', () => refuses(() => proveCertified('http-signature', signHttp(question())), 'signature-untrusted'));
});
