import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { issue, memberSubject } from '../../src/crypto/pki.ts';
import type { Identity, KeyAlgorithm } from '../../src/crypto/pki.ts';
import { verify } from '../support/wss-attack.ts';
import { authority, envelope, memberKey, MUNICIPALITY, policy, REQUEST, signedText, VALIDITY, VTJ } from '../support/wss.ts';
import { element } from '../../src/xml/element.ts';
import { tool } from '../support/tool.ts';

const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
/** Elements that may carry a wsu:Id: xmlsec1 knows no ids unless told. */
const ID_CARRIERS = ['http://schemas.xmlsoap.org/soap/envelope/:Body', `${WSU}:Timestamp`, 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd:BinarySecurityToken', ...['client', 'service', 'userId', 'id', 'issue', 'protocolVersion'].map((name) => `http://x-road.eu/xsd/xroad.xsd:${name}`)];
const ID_ARGUMENTS = ID_CARRIERS.flatMap((node) => [`--id-attr:Id`, node]);

describe('xmlsec1', { skip: tool('xmlsec1') }, () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-xmlsec1-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const run = (...args: string[]) => spawnSync('xmlsec1', args, { encoding: 'utf8' });

  for (const algorithm of ['RSA-2048', 'P-256'] as const) {
    const identity = identityOf(algorithm);
    const member = memberKey(identity);

    test(`${algorithm}: verifies what we sign, and refuses it when it was changed`, async () => {
      const payload = element(VTJ, 'HenkilonTunnusKysely', ['<&>"\'\t\n\r€\u{1F600}', element('urn:other', 'o', [element('', 'x', [], { y: '<&>"\'\t\n\r' })])]);
      const signed = await signedText({ signer: member, envelope: envelope(payload) });
      const certificate = write('certificate.pem', identity.certificate);
      const check = (text: string) => run('--verify', '--pubkey-cert-pem', certificate, ...ID_ARGUMENTS, write('signed.xml', text));
      assert.equal(check(signed).status, 0, check(signed).stderr);
      assert.notEqual(check(signed.replace('case 7', 'case 8')).status, 0);
      assert.notEqual(check(signed.replace('HenkilonTunnusKysely xmlns', 'HenkilonTunnusKysely  x="" xmlns')).status, 0);
    });

    test(`${algorithm}: what it signs verifies with both our verifiers`, async () => {
      const template = (await signedText({ signer: member })).replace(/<ds:DigestValue>[^<]*/g, '<ds:DigestValue>').replace(/<ds:SignatureValue>[^<]*/, '<ds:SignatureValue>');
      // Another layout than ours: indented headers, line breaks inside tags, a default namespace in the body.
      const spread = template.replace(/(<xrd:\w+) /g, '\n    $1\n      ').replace(/<ns1:(\w+)( xmlns:ns1)?/g, (_, name: string, declared?: string) => `<${name}${declared === undefined ? '' : ' xmlns'}`).replaceAll('</ns1:', '</');
      assert.notEqual(spread, template);
      const out = join(folder, 'out.xml');
      const signing = run('--sign', '--privkey-pem', write('key.pem', identity.key), ...ID_ARGUMENTS, '--output', out, write('template.xml', spread));
      assert.equal(signing.status, 0, signing.stderr);
      const verified = await verify(readFileSync(out), policy({ verifiers: 'both' }));
      assert.deepEqual(verified.message, REQUEST);
    });
  }
});

function identityOf(algorithm: KeyAlgorithm): Identity {
  return issue(authority(), { use: 'signing', algorithm, subject: memberSubject(MUNICIPALITY, { country: 'FI', name: 'Test Member', serverCode: 'ss1' }), ...VALIDITY });
}
