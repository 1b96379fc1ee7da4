import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { verifySignedDocument } from '../../../../src/ecosystems/signed-documents/verify.ts';
import { asCausewayError } from '../../../../src/errors.ts';
import { readZip } from '../../../../src/evidence/zip.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { assertRefused } from '../../../support/refused.ts';
import { configurations, containerFile, noVectors, rewritten } from '../../../support/signed-documents.ts';

const judge = (bytes: Uint8Array, trust = configurations()) => verifySignedDocument(bytes, trust, DEFAULT_XML_LIMITS);
const original = (name: string) => readFileSync(containerFile(name));
const text = (change: (text: string) => string) => (bytes: Uint8Array) => Buffer.from(change(Buffer.from(bytes).toString()));

/** As the README of the vectors says. */
const VALID = [
  { name: 'valid-signed-message', kind: 'request', signer: 'DEV/COM/4321', parts: ['/message.xml'], time: '2024-12-05T13:16:35.000Z' },
  { name: 'valid-non-batch-rest', kind: 'response', signer: 'DEV/COM/1234', parts: ['/message.xml', '/attachment1'], time: '2024-07-11T12:51:12.000Z' },
  { name: 'valid-batch-ts', kind: 'request', signer: 'DEV/COM/4321', parts: ['/message.xml'], time: '2024-12-05T07:34:14.000Z' },
];
const INVALID = [
  { name: 'wrong-message', platformCode: 'invalid_signature_value' },
  { name: 'invalid-signed-hashchain', platformCode: 'malformed_signature.invalid_hash_chain_ref' },
  { name: 'no-mimetype', platformCode: 'asic_mime_type_not_found' },
  { name: 'no-message', platformCode: 'asic_message_not_found' },
];

describe('signed documents of X-Road', { skip: noVectors }, () => {
  for (const { name, kind, signer, parts, time } of VALID) {
    test(`${name} verifies, and says who signed, what and when`, async () => {
      const proof = await judge(original(name));
      const { instance, memberClass, memberCode } = proof.signer;
      assert.deepEqual([proof.kind, `${instance}/${memberClass}/${memberCode}`, [...proof.parts.keys()], new Date(proof.time).toISOString()], [kind, signer, parts, time]);
    });
  }

  for (const { name, platformCode } of INVALID) {
    test(`${name} is refused with ${platformCode}`, async () => {
      await assert.rejects(judge(original(name)), (thrown) => asCausewayError(thrown).facts.platformCode === platformCode);
    });
  }

  const refused = async (bytes: Uint8Array, code: string, platformCode?: string, trust = configurations()) => {
    const error = asCausewayError(await judge(bytes, trust).then(() => assert.fail('it verified'), (thrown: unknown) => thrown));
    assert.deepEqual([error.code, error.facts.platformCode], [code, platformCode], error.message);
  };

  test('a message whose client is another member than the certificate says is refused', async () => refused(await rewritten('valid-signed-message', 'message.xml', text((xml) => xml.replace('4321', '4322'))), 'signature-untrusted', 'incorrect_certificate'));
  test('an instance without a configuration is refused: no other vouches for it', async () => refused(original('valid-signed-message'), 'signature-untrusted', 'malformed_global_conf', configurations({ instance: 'EE' })));
  test('a time-stamp of an authority that the instance does not approve is refused', async () => refused(original('valid-signed-message'), 'signature-untrusted', undefined, configurations({ timestampers: [] })));
  test('a certificate of an authority that the instance does not approve is refused', async () => refused(original('valid-signed-message'), 'signature-untrusted', 'cannot_create_cert_path', configurations({ authorities: [] })));
  test('an OCSP answer that was older than the instance allows is refused', async () => refused(original('valid-signed-message'), 'signature-expired', 'cert_validation', configurations({ ocspFreshness: 1000 })));
  test('a container without its time-stamp is refused', async () => refused(await rewritten('valid-batch-ts', 'META-INF/timestamp.tst', () => undefined), 'malformed', 'asic_timestamp_not_found'));
  test('an attachment that the signature does not cover is refused', async () => {
    const bytes = await rewritten('valid-non-batch-rest', 'attachment1', (attachment) => Buffer.concat([attachment, Buffer.from(' ')]));
    await refused(bytes, 'signature-invalid', 'invalid_signature_value');
  });
  test('an OCSP answer left out is refused', async () => {
    const bytes = await rewritten('valid-signed-message', 'META-INF/signatures.xml', text((xml) => xml.replace(/<xades:RevocationValues>.*<\/xades:RevocationValues>/s, '')));
    await refused(bytes, 'signature-untrusted', 'cert_validation');
  });
  test('the certificate of another in place of the signer\'s is refused, although its key signed', async () => {
    const bytes = await rewritten('valid-signed-message', 'META-INF/signatures.xml', text((xml) => xml.replace(/(<xades:CertDigest>.*?<ds:DigestValue>)..../s, '$1AAAA')));
    await refused(bytes, 'signature-invalid', 'invalid_signature_value');
  });
  test('what is no archive is refused', async () => void (await assertRefused(judge(Buffer.from('PK')), 'malformed')));

  for (const { name } of VALID) {
    test(`${name}: whatever byte of a part is changed, it does not verify as another message`, async () => {
      const expected = await judge(original(name));
      for (const [file, content] of await readZip(original(name))) {
        if (file === 'META-INF/manifest.xml' || file === 'META-INF/ASiCManifest.xml') continue;
        for (let at = 5; at < content.length; at += Math.ceil(content.length / 12)) {
          const bytes = await rewritten(name, file, (whole) => whole.map((byte, index) => (index === at ? byte ^ 0x04 : byte)));
          const outcome = await judge(bytes).catch((thrown: unknown) => asCausewayError(thrown));
          if (outcome instanceof Error) assert.notEqual((outcome as { code?: string }).code, 'internal', `${file}, byte ${at}: ${outcome.message}`);
          else assert.deepEqual(outcome, expected, `${file}, byte ${at}`);
        }
      }
    });
  }
});
