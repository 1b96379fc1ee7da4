import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DomesticCall } from '../../../../src/ecosystems/ecosystem.ts';
import { headerElements } from '../../../../src/ecosystems/soap/headers.ts';
import { signEnvelope, verifyRequest, verifyResponse } from '../../../../src/ecosystems/soap/proof.ts';
import { CausewayError } from '../../../../src/errors.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import type { DomesticResponse } from '../../../../src/stages.ts';
import { mintReceived } from '../../../../src/stages.ts';
import { element } from '../../../../src/xml/element.ts';
import { assertRefused } from '../../../support/refused.ts';
import { replace, verify } from '../../../support/wss-attack.ts';
import { BODY, envelope, MUNICIPALITY, NOW, policy, REQUEST, signedText, signer, SOAP, VTJ } from '../../../support/wss.ts';

const SERVICE_OWNER = { instance: 'FI', memberClass: 'GOV', memberCode: '0245437-2' };
const SECURITY_SERVER = { form: 'security-server', connection: 'CN=ss1' } as const;

describe('a signed request', () => {
  for (const verifiers of ['libxml2', 'xml-crypto', 'both'] as const) {
    test(`is verified, and the proof says by what and under whom (${verifiers})`, async () => {
      const { message, proof } = await verify(await signedText(), policy({ verifiers }));
      assert.deepEqual(message, REQUEST);
      assert.deepEqual(proof, { form: 'wss', result: 'verified', policy: `wss-xroad-v1/${verifiers}`, verifiedAt: NOW, issuer: 'C=FI, O=Test Authority, CN=Test CA P-256' });
    });
  }

  test('gives the same bytes under a renewed signature, of another key too, and other bytes for another message', async () => {
    const bytes = async (text: string, at = NOW) => Buffer.from((await verify(text, policy(), at)).bytes).toString();
    const first = await bytes(await signedText());
    assert.equal(await bytes(await signedText({ at: NOW + 60_000, signer: signer({ algorithm: 'RSA-2048' }) }), NOW + 60_000), first);
    assert.notEqual(await bytes(await signedText({ envelope: envelope(element(VTJ, 'HenkilonTunnusKysely')) })), first);
  });

  test('keeps nothing that is not covered: headers of others and requestHash are gone from the verified bytes', async () => {
    const added = '<o:Other xmlns:o="urn:other">unsigned</o:Other><x:requestHash xmlns:x="http://x-road.eu/xsd/xroad.xsd" algorithmId="a">unsigned</x:requestHash>';
    const verified = await verify(replace(await signedText(), '</SOAP-ENV:Header>', `${added}</SOAP-ENV:Header>`), policy());
    assert.doesNotMatch(Buffer.from(verified.bytes).toString(), /unsigned|Security|Signature/);
    assert.deepEqual(verified.message, REQUEST);
  });

  test('is refused when the service that it was received for is not the one that was signed', async () => {
    const received = mintReceived({ ...REQUEST, service: { ...REQUEST.service, service: 'Other' } }, Buffer.from(await signedText()));
    await assertRefused(verifyRequest(received, policy(), NOW, DEFAULT_XML_LIMITS), 'unknown-service');
  });

  test('is taken for as long as maxAge and maxAhead say, to the millisecond', async () => {
    const text = await signedText();
    await verify(text, policy(), NOW - 30_000);
    await verify(text, policy(), NOW + 299_999);
    await assertRefused(verify(text, policy(), NOW - 30_001), 'signature-expired');
    await assertRefused(verify(text, policy(), NOW + 300_000), 'signature-expired');
  });

  test('carries payloads that canonicalisation has to escape', async () => {
    const payload = element(VTJ, 'HenkilonTunnusKysely', ['<&>\r\n\t"€', element('', 'x', [], { y: '<&>"\r\n\t' })]);
    const { message } = await verify(await signedText({ envelope: envelope(payload) }), policy());
    assert.deepEqual(message.payload, { form: 'xml', element: payload });
  });
});

describe('a signed answer', () => {
  const owner = signer({ member: SERVICE_OWNER });
  const call: DomesticCall = { home: { dialect: 'xroad-soap', service: REQUEST.service, operation: REQUEST.operation }, client: REQUEST.client, context: REQUEST.context };
  const answer = { ...BODY, name: 'HenkilonTunnusKyselyResponse' };
  const response: DomesticResponse = { kind: 'response', dialect: 'xroad-soap', messageId: REQUEST.context.messageId, payload: { form: 'xml', element: answer } };
  const signed = async (by = owner, messageId = REQUEST.context.messageId) =>
    signEnvelope(element(SOAP, 'Envelope', [element(SOAP, 'Header', headerElements(REQUEST.client, REQUEST.service, { ...REQUEST.context, messageId })), element(SOAP, 'Body', [answer])]), policy({ signer: by }), NOW);
  const check = (bytes: Uint8Array, at = NOW) => verifyResponse(mintReceived(response, bytes), call, policy(), at, DEFAULT_XML_LIMITS);

  test("is verified when the service's own member signed it", async () => {
    assert.deepEqual((await check(await signed())).message, response);
  });

  for (const [what, bytes, cause] of [
    ['another member signed it', () => signed(signer({ member: MUNICIPALITY })), 'signature-untrusted'],
    ['it answers another message', () => signed(owner, 'another'), 'service-answer-invalid'],
    ['it was changed', async () => Buffer.from(Buffer.from(await signed()).toString().replace('010190-999X', '131052-308T')), 'signature-invalid'],
  ] as const) {
    test(`is the service's fault when ${what}, and the cause says why`, async () => {
      const refusal = await assertRefused(check(await bytes()), 'service-answer-invalid');
      assert.ok(refusal.cause instanceof CausewayError);
      assert.equal(refusal.cause.code, cause);
      assert.equal(refusal.facts.delivered, 'yes');
    });
  }
});

test('under security-server, the received message is asserted by the pinned connection, signed or not', async () => {
  const bytes = Buffer.from('<unread/>');
  const verified = await verifyRequest(mintReceived(REQUEST, bytes), SECURITY_SERVER, NOW, DEFAULT_XML_LIMITS);
  assert.deepEqual(verified.proof, { form: 'security-server', result: 'asserted', policy: 'security-server', verifiedAt: NOW, issuer: 'CN=ss1' });
  assert.equal(verified.message, REQUEST);
  assert.equal(verified.bytes, bytes);
});
