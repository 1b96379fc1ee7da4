import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { sha256Base64url } from '../../../../src/crypto/digest.ts';
import { loggedEnvelope } from '../../../../src/ecosystems/logged.ts';
import { unverifiable } from '../../../../src/ecosystems/signed-documents/cms-document.ts';
import { readContainer } from '../../../../src/ecosystems/signed-documents/container.ts';
import { readSharedParameters } from '../../../../src/ecosystems/signed-documents/global-configuration.ts';
import { verifySignedDocument } from '../../../../src/ecosystems/signed-documents/verify.ts';
import { readZip } from '../../../../src/evidence/zip.ts';
import { writeZip } from '../../../../src/evidence/zip-write.ts';
import { judgeContainers } from '../../../../src/exchange/containers/judge.ts';
import { DEFAULT_XML_LIMITS } from '../../../../src/platform/limits.ts';
import { countryKeys } from '../../../support/notary.ts';
import { refuses } from '../../../support/refused.ts';

const read = (xml: string) => new Map([['EE', readSharedParameters(Buffer.from(xml), DEFAULT_XML_LIMITS)]]);
const changed = async (container: Uint8Array, change: (name: string, bytes: Uint8Array) => Uint8Array | undefined, more: readonly [string, Uint8Array][] = []) =>
  writeZip(new Map([...[...(await readZip(container))].flatMap(([name, bytes]) => {
    const content = change(name, bytes);
    return content === undefined ? [] : [[name, content] as const];
  }), ...more]));

for (const algorithm of ['RSA-2048', 'P-256'] as const) {
  describe(`a container of UXP (ASiC-S, CMS), ${algorithm}`, () => {
    const { notary, configuration, MEMBER, OTHER, message } = countryKeys({ algorithm });
    const signed = (by = MEMBER) => notary.simpleContainer({ message: message('m-1') }, by);
    const judge = (container: Uint8Array, trust = read(configuration)) => verifySignedDocument(container, trust, DEFAULT_XML_LIMITS);

    test('verifies in full: signer, time-stamp over the signature, path, OCSP', async () => {
      const checks: string[] = [];
      const proof = await verifySignedDocument(await signed(), read(configuration), DEFAULT_XML_LIMITS, (check) => checks.push(check));
      assert.deepEqual([proof.messageId, proof.signer.memberCode, [...proof.parts.keys()]], ['m-1', '70000349', ['/message.xml']]);
      assert.deepEqual(checks, ['container', 'message', 'time-stamp', 'signature', 'signer', 'OCSP']);
    });
    test('of another member is refused', async () => refuses(async () => judge(await signed(OTHER)), 'signature-untrusted'));
    test('with a byte of the message changed is refused', async () => refuses(async () => judge(await changed(await signed(), (name, bytes) => (name === 'message.xml' ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes))), 'signature-invalid'));
    test('with something beside the message, which nothing covers, is refused', async () => refuses(async () => judge(await changed(await signed(), (_, bytes) => bytes, [['attachment1', Buffer.from('x')]])), 'malformed'));
    test('without its signature is refused', async () => refuses(async () => judge(await changed(await signed(), (name, bytes) => (name.endsWith('.p7s') ? undefined : bytes))), 'malformed'));
    test('stamped by an authority that the instance does not approve is refused', async () => refuses(async () => judge(await signed(), read(configuration.replace(/<approvedTSA>.*<\/approvedTSA>/, ''))), 'signature-untrusted'));
    test('signed under an authority that the instance does not approve is refused', async () => refuses(async () => judge(await signed(), read(configuration.replace(/<approvedCA>.*<\/approvedCA>/, ''))), 'signature-untrusted'));
    test('with an OCSP answer of another is refused', async () => {
      const other = await notary.simpleContainer({ message: message('m-1') }, MEMBER, OTHER);
      return refuses(() => judge(other), 'signature-untrusted');
    });
    test('is of the member whose code stands in the attribute that the configuration names', async () => {
      const trust = read(configuration.replace(/<certificateProfileInfo>.*<\/certificateProfileInfo>/, '<certificateProfileInfo>causeway:member-code:CN</certificateProfileInfo>'));
      assert.equal((await judge(await signed(), trust)).signer.memberCode, '70000349');
      await refuses(async () => judge(await signed(OTHER), trust), 'signature-untrusted');
    });
  });
}

const VECTORS = resolve(import.meta.dirname, '../../../../../shared/vectors/trembita-asics');
const REQUEST = join(VECTORS, '832c9883-8d41-406c-bcc3-a7429f0bbbb2-request-Irzz0BThrw.asics');

describe('a container of Trembita 1.x (DSTU 4145)', { skip: existsSync(REQUEST) ? false : 'skipped: no ../shared' }, () => {
  const bytes = (): Uint8Array => readFileSync(REQUEST);
  const expected = async (container: Uint8Array) => ({
    crossed: { messageId: '832c9883-8d41-406c-bcc3-a7429f0bbbb2', step: 'request' as const, digest: sha256Base64url((await readZip(container)).get('message.xml')!), attachments: [] },
    unmapped: false,
    logged: loggedEnvelope,
    verify: (one: Uint8Array) => verifySignedDocument(one, new Map(), DEFAULT_XML_LIMITS),
  });

  test('is told apart: its digest is that of the message, and nothing verifies its signature', async () => {
    assert.match(unverifiable(await readContainer(bytes())) ?? '', /DSTU 4145/);
    assert.equal((await judgeContainers([bytes()], await expected(bytes()))).kind, 'unverifiable');
  });
  test('of another message it is not even that', async () => {
    const container = await changed(bytes(), (name, content) => (name === 'message.xml' ? Buffer.concat([content, Buffer.from('\n')]) : content));
    const judged = await judgeContainers([container], await expected(container));
    assert.ok(judged.kind === 'failed');
    assert.equal(judged.code, 'signature-invalid');
  });
});
