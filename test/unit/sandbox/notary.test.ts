import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSharedParameters } from '../../../src/ecosystems/signed-documents/global-configuration.ts';
import { verifySignedDocument } from '../../../src/ecosystems/signed-documents/verify.ts';
import { readZip } from '../../../src/evidence/zip.ts';
import { writeZip } from '../../../src/evidence/zip-write.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import { Notary } from '../../../src/sandbox/signing/notary.ts';
import { countryKeys } from '../../support/notary.ts';
import { refuses } from '../../support/refused.ts';

const NOW = Date.UTC(2026, 8, 1);
const { keys, notary, configuration, MEMBER, OTHER, message } = countryKeys({ now: NOW });
const trust = new Map([['EE', readSharedParameters(Buffer.from(configuration), DEFAULT_XML_LIMITS)]]);
const verify = (container: Uint8Array) => verifySignedDocument(container, trust, DEFAULT_XML_LIMITS);

test("a container of the stand-in verifies in full under the country's global configuration", async () => {
  const proof = await verify(await notary.container({ message: message('m-1'), attachments: [] }, MEMBER));
  assert.deepEqual([proof.kind, proof.messageId, proof.signer.memberCode, [...proof.parts.keys()]], ['request', 'm-1', '70000349', ['/message.xml']]);
  assert.ok(Math.abs(proof.time - NOW) < 60_000);
});

test('a message with attachments is under a batch signature that goes over each part', async () => {
  const proof = await verify(await notary.container({ message: message('m-2'), attachments: [Buffer.from('one'), Buffer.from('two')] }, MEMBER));
  assert.deepEqual([...proof.parts.keys()], ['/message.xml', '/attachment1', '/attachment2']);
});

test('one changed attachment breaks the chain of the signature', async () => {
  const container = await notary.container({ message: message('m-5'), attachments: [Buffer.from('one')] }, MEMBER);
  const files = await readZip(container, { maxFiles: 20, maxBytes: 100_000 });
  await refuses(async () => verify(await writeZip(new Map([...files, ['attachment1', Buffer.from('two')]]))), 'signature-invalid');
});

test("a time-stamp of another country's authority is worth nothing, although that country's configuration is there too", async () => {
  const abroad = countryKeys({ now: NOW });
  const mixed = new Notary({ ...keys, timeStamping: abroad.keys.timeStamping }, { now: () => NOW });
  const container = await mixed.container({ message: message('m-4'), attachments: [] }, MEMBER);
  const both = new Map([...trust, ['FI', readSharedParameters(Buffer.from(abroad.configuration.replace('>EE<', '>FI<')), DEFAULT_XML_LIMITS)]]);
  await refuses(() => verifySignedDocument(container, both, DEFAULT_XML_LIMITS), 'signature-untrusted');
});

test('signed by another member it is refused', async () => refuses(async () => verify(await notary.container({ message: message('m-3'), attachments: [] }, OTHER)), 'signature-untrusted'));
