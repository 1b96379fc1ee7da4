import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';
import { agreed, xmlVerifier } from '../../../src/crypto/xml-signature/verify.ts';
import type { VerifiedSignature } from '../../../src/crypto/xml-signature/xml-signature.ts';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import { element } from '../../../src/xml/element.ts';
import { assertRefused } from '../../support/refused.ts';
import { resign } from '../../support/wss-attack.ts';
import { envelope, signedText, signer, VTJ } from '../../support/wss.ts';

const keyOf = (certificate: Buffer) => new X509Certificate(certificate).publicKey;
const verify = (text: string, choice: 'libxml2' | 'xml-crypto' | 'both') => xmlVerifier(choice)(Buffer.from(text), DEFAULT_XML_LIMITS, keyOf);

/** Payloads in which canonicalisation has something to do. */
const PAYLOADS = {
  'plain': element(VTJ, 'HenkilonTunnusKysely', [element(VTJ, 'a', ['1'])]),
  'special characters': element(VTJ, 'HenkilonTunnusKysely', ['<&>"\'\t\n\r\u0085\u2028 €\u{1F600}', element('', 'x', [], { y: '<&>"\'\t\n\r' })]),
  'other namespaces, xml:lang and xsi:type': element(VTJ, 'HenkilonTunnusKysely', [element('urn:other', 'o', [element('', 'none', [element('urn:other', 'o')])], [{ ns: 'http://www.w3.org/XML/1998/namespace', name: 'lang', value: 'fi' }, { ns: 'http://www.w3.org/2001/XMLSchema-instance', name: 'nil', value: 'true' }])]),
  'white space and empty elements': element(VTJ, 'HenkilonTunnusKysely', ['\n  ', element(VTJ, 'empty'), '\n', element(VTJ, 'blank', ['   '])]),
};

for (const algorithm of ['RSA-2048', 'P-256'] as const) {
  describe(`messages signed with ${algorithm}`, () => {
    const member = signer({ algorithm });
    for (const [name, payload] of Object.entries(PAYLOADS)) {
      test(`${name}: both verifiers give the same canonical bytes of every signed part`, async () => {
        const verified = verify(await signedText({ signer: member, envelope: envelope(payload) }), 'both');
        assert.deepEqual(verified.covered.map(({ element: { name: local } }) => local), ['Timestamp', 'BinarySecurityToken', 'client', 'service', 'userId', 'id', 'issue', 'protocolVersion', 'Body']);
        assert.deepEqual(verified.certificate, Buffer.from(member.chain[0]!));
      });
    }

    test('with a requestHash that the platform added with the id header\'s attributes, the message still verifies, whatever characters it holds', async () => {
      const signed = await signedText({ signer: member, envelope: envelope(PAYLOADS['special characters']) });
      const answered = signed.replace(/<xrd:id (.*?)>.*?<\/xrd:id>/, (id, attributes: string) => `${id}<xrd:requestHash ${attributes} algorithmId="a">AA==</xrd:requestHash>`);
      assert.notEqual(answered, signed);
      const [before, after] = [verify(signed, 'both'), verify(answered, 'both')];
      assert.deepEqual(after.covered.map(({ bytes }) => Buffer.from(bytes).toString()), before.covered.map(({ bytes }) => Buffer.from(bytes).toString()));
    });

    test('rewritten without changing its canonical form, the message still verifies', async () => {
      const signed = await signedText({ signer: member });
      const rewritten = signed
        .replace(/<([\w:-]+)( [^<>]*)?><\/\1>/g, '<$1$2/>')
        .replaceAll('"', "'")
        .replace('010190-999X', '01019<!-- -->0<![CDATA[-999]]>&#88;')
        .replace('?>\n', '?>\n<!-- before -->\n');
      assert.notEqual(rewritten, signed);
      const [before, after] = [verify(signed, 'both'), verify(rewritten, 'both')];
      assert.deepEqual(after.covered.map(({ bytes }) => Buffer.from(bytes).toString()), before.covered.map(({ bytes }) => Buffer.from(bytes).toString()));
    });

    test('digests and signature by SHA-512 are taken too', async () => {
      const signed = (await signedText({ signer: member })).replaceAll('xmlenc#sha256', 'xmlenc#sha512').replaceAll('rsa-sha256', 'rsa-sha512');
      assert.equal(verify(resign(signed, member, { digest: 'sha512', hash: algorithm === 'RSA-2048' ? 'sha512' : 'sha256' }), 'both').covered.length, 9);
    });
  });
}

test('the key is asked for with the DER of the token, and what refuses it refuses the message', async () => {
  const member = signer();
  const signed = await signedText({ signer: member });
  for (const choice of ['libxml2', 'xml-crypto'] as const) {
    assert.throws(() => xmlVerifier(choice)(Buffer.from(signed), DEFAULT_XML_LIMITS, (certificate) => assert.fail(certificate.toString('hex'))), new RegExp(Buffer.from(member.chain[0]!).toString('hex')));
  }
});

test('a signature of another key than the one given is refused', async () => {
  const signed = await signedText();
  const other = createPublicKey(signer().key);
  for (const choice of ['libxml2', 'xml-crypto'] as const) {
    await assertRefused(() => xmlVerifier(choice)(Buffer.from(signed), DEFAULT_XML_LIMITS, () => other), 'signature-invalid');
  }
});

describe('two verifiers that disagree', () => {
  const part = (id: string, bytes: string) => ({ id, element: element('urn:x', 'x'), bytes: Buffer.from(bytes) });
  const result = (...covered: VerifiedSignature['covered']): VerifiedSignature => ({ certificate: Buffer.from('c'), root: element('', 'r'), covered });
  const one = result(part('a', '1'), part('b', '2'));

  test('agree when all is equal', () => assert.equal(agreed(one, result(part('a', '1'), part('b', '2'))), one));
  for (const [what, other] of [
    ['other bytes', result(part('a', '1'), part('b', '3'))],
    ['another order', result(part('b', '2'), part('a', '1'))],
    ['fewer parts', result(part('a', '1'))],
    ['more parts', result(part('a', '1'), part('b', '2'), part('c', '3'))],
    ['another element', result(part('a', '1'), { ...part('b', '2'), element: element('urn:x', 'y') })],
    ['another certificate', { ...one, certificate: Buffer.from('d') }],
  ] as const) {
    test(`${what}: the message is refused`, async () => {
      await assertRefused(() => agreed(one, other), 'signature-invalid');
    });
  }
});

test('a PrefixList, as WSS4J writes it, is honoured in SignedInfo and in references', async () => {
  const list = (prefixes: string) => `<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="${prefixes}"></ec:InclusiveNamespaces>`;
  const member = signer();
  const signed = (await signedText({ signer: member }))
    .replace(/(<ds:Reference URI="#body-.*?<ds:Transform [^>]*>)/, `$1${list('SOAP-ENV unused')}`)
    .replace(/(<ds:CanonicalizationMethod [^>]*>)/, `$1${list('SOAP-ENV wsse')}`)
    .replace('<SOAP-ENV:Envelope ', '<SOAP-ENV:Envelope xmlns:unused="urn:unused" ');
  const verified = verify(resign(signed, member), 'both');
  assert.match(Buffer.from(verified.covered.at(-1)!.bytes).toString(), /^<SOAP-ENV:Body [^>]*xmlns:unused="urn:unused"/);
});
