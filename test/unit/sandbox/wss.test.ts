import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { DEFAULT_XML_LIMITS } from '../../../src/platform/limits.ts';
import { xmlVerifier } from '../../../src/crypto/xml-signature/verify.ts';
import { EE_PLAN } from '../../../src/sandbox/countries/ee/plan.ts';
import { FI_PLAN } from '../../../src/sandbox/countries/fi/plan.ts';
import { prepareCountry } from '../../../src/sandbox/pki/prepare.ts';
import { headerSpans, splice } from '../../../src/sandbox/soap/header-spans.ts';
import { headerElements } from '../../../src/sandbox/soap/message.ts';
import { MessageSigner } from '../../../src/sandbox/soap/wss-sign.ts';
import { SignatureChecker, SignatureRefused } from '../../../src/sandbox/soap/wss-verify.ts';
import { element } from '../../../src/xml/element.ts';
import { clock, folder } from './running.ts';

const MINUTE = 60_000;
const now = clock.now();
const keys = await prepareCountry(await folder(), FI_PLAN, clock);
const foreign = await prepareCountry(await folder(), EE_PLAN, clock);
const member = keys.systems['vaestotiedot']?.member;
assert.ok(member !== undefined);
const signer = new MessageSigner(member.valid, { 'urn:x': 'x' });
const checker = new SignatureChecker(keys.signingAuthority.certificate);
const MEMBER = 'FI/MUN/0101263-6';

const header = headerElements({ client: `${MEMBER}/vaestotiedot`, service: 'FI/GOV/0245437-2/EE-rr/HenkilonTunnusKysely/v1', id: 'a-1', userId: 'FI1' });
const body = element('urn:x', 'HenkilonTunnusKysely', ['Žanna & Õie\r\n']);
const sign = (by = signer, created = now): Uint8Array => by.message(header, body, created);

function refused(bytes: Uint8Array, reason: RegExp, expectedMember = MEMBER): void {
  assert.throws(() => checker.check(bytes, expectedMember, now), (error) => error instanceof SignatureRefused && reason.test(error.message));
}

function edited(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString();
  assert.ok(text.includes(from));
  return Buffer.from(text.replace(from, to));
}

test('what a member signed is accepted', () => {
  checker.check(sign(), MEMBER, now);
});

for (const [name, algorithm] of [['an RSA-2048', member.valid], ['a P-256', foreign.gateway.member]] as const) {
  test(`both verifiers of the crypto room accept ${name} signature of the sandbox`, () => {
    const message = new MessageSigner(algorithm, { 'urn:x': 'x' }).message(header, body, now);
    const verified = xmlVerifier('both')(message, DEFAULT_XML_LIMITS, (der) => new X509Certificate(der).publicKey);
    assert.deepEqual(verified.certificate, new X509Certificate(algorithm.certificate).raw);
    assert.equal(verified.covered.length, header.length + 3);
  });
}

test('a requestHash that the platform adds behind the id, with its attributes, leaves the signature whole', () => {
  const signed = sign();
  const id = headerSpans(signed).find(({ name }) => name === 'id');
  assert.ok(id !== undefined);
  const copy = Buffer.from(signed.subarray(id.start, id.end)).toString().replaceAll('xrd:id', 'xrd:requestHash').replace(/>[^<]*</, ' algorithmId="a">AA==<');
  checker.check(splice(signed, [{ start: id.end, end: id.end, text: copy }]), MEMBER, now);
});

test('a changed body is refused', () => refused(edited(sign(), 'Žanna', 'Zanna'), /digest of Body differs/));

test('a changed header is refused', () => refused(edited(sign(), '>a-1<', '>a-2<'), /digest of id differs/));

test('an X-Road header that is not signed is refused', () => {
  refused(edited(sign(), '</SOAP-ENV:Header>', '<i:issue xmlns:i="http://x-road.eu/xsd/xroad.xsd">x</i:issue></SOAP-ENV:Header>'), /issue is not signed/);
});

test('a body moved away and replaced by another is refused', () => {
  const text = Buffer.from(sign()).toString();
  const found = /<SOAP-ENV:Body.*<\/SOAP-ENV:Body>/s.exec(text)?.[0];
  assert.ok(found !== undefined);
  const wrapped = text.replace(found, `<SOAP-ENV:Body><x:HenkilonTunnusKysely xmlns:x="urn:x"/></SOAP-ENV:Body>`).replace('</wsse:Security>', `<w>${found}</w></wsse:Security>`);
  refused(Buffer.from(wrapped), /Body is not signed/);
});

test('two elements of one id are refused', () => refused(edited(sign(), 'wsu:Id="header-0"', 'wsu:Id="header-1"'), /exactly one element/));

test('a message without a signature is told apart from one with a bad one', () => {
  assert.throws(
    () => checker.check(Buffer.from('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header/><s:Body/></s:Envelope>'), MEMBER, now),
    (error) => error instanceof SignatureRefused && error.absent,
  );
});

test('an expired certificate is refused', () => refused(sign(new MessageSigner(member.expired, { 'urn:x': 'x' })), /out of its time/));

test('a certificate of another member is refused', () => refused(sign(), /another member/, 'FI/GOV/0245458-6'));

test('a certificate of another country is refused', () => {
  refused(sign(new MessageSigner(foreign.gateway.member, { 'urn:x': 'x' })), /not of an approved authority/);
});

test('a creation time too far back or ahead is refused', () => {
  refused(sign(signer, now - 6 * MINUTE), /creation time/);
  refused(sign(signer, now + 6 * MINUTE), /creation time/);
  checker.check(sign(signer, now - 4 * MINUTE), MEMBER, now);
});
