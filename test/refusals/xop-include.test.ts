import { suite, test } from 'node:test';
import { xroadSoap } from '../../src/ecosystems/xroad-soap/dialect.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import type { Attachment } from '../../src/stages.ts';
import { envelope, home } from '../unit/ecosystems/soap/samples.ts';
import { refuses } from '../support/refused.ts';

// xop:Include tells whoever reads a message to put something in its place. Only a part of the same message may be that: neither one of another message, nor anything that has a URL.

const dialect = xroadSoap({ faultSpelling: 'snake', maxAnswerBytes: 1 });
const attachments: readonly Attachment[] = [{ headers: Buffer.from('Content-ID: <ours@x>\r\n'), type: 'image/png', content: Buffer.from('x'), sha256: '' }];
const include = (href: string, name = 'Include'): string => `<x:${name} xmlns:x="http://www.w3.org/2004/08/xop/include" href="${href}"/>`;
const parse = (inside: string, parts: readonly Attachment[] | undefined, passthrough: boolean) => () =>
  dialect.parseRequest({ method: 'POST', target: '', headers: { 'content-type': 'text/xml' }, body: Buffer.from(envelope(`<p:lihtandmed_v2 xmlns:p="urn:p"><p:keha>${inside}</p:keha></p:lihtandmed_v2>`)), ...(parts === undefined ? {} : { attachments: parts }) }, [passthrough ? { ...home, passthrough } : home], DEFAULT_XML_LIMITS);

for (const passthrough of [false, true]) {
  suite(passthrough ? 'a body that crosses unmapped' : 'a mapped body', () => {
    test('control: an Include of a part of the same message is taken', () => void parse(include('cid:ours%40x'), attachments, passthrough)());
    const ATTACKS = { 'a part of another message': include('cid:theirs@x'), 'a web address': include('https://internal.example/secret'), 'a file': include('file:///etc/passwd'), 'nothing': include(''), 'another element of XOP': include('cid:ours@x', 'Other'), 'broken percent-encoding': include('cid:%zz'), 'one beside text': `text${include('cid:ours@x')}` };
    for (const [what, inside] of Object.entries(ATTACKS)) test(`${what} is refused`, () => refuses(parse(inside, attachments, passthrough), 'malformed'));
    test('in a message without parts any is refused', () => refuses(parse(include('cid:ours@x'), undefined, passthrough), 'malformed'));
  });
}
