/** Clients of others against an edge: Debian's python3-zeep, made from the WSDL that is served, in its strict mode; and curl. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { pairWithEdge } from '../support/edge.ts';
import { tool } from '../support/tool.ts';

const run = promisify(execFile);
/** Debian's own: another python first in the path has none of its packages. */
const PYTHON = '/usr/bin/python3';
const WSDL = '/wsdl?xRoadInstance=EE&memberClass=GOV&memberCode=70006317&subsystemCode=FI-prh&serviceCode=lihtandmed_v2&version=v1';

const { pair, edge } = pairWithEdge('EE', { exported: ['EE/GOV/70000349/emta/xteePalgaandmed/v1', 'EE/GOV/70008440/rr/RR456/v1'] });

function zeepIsThere(t: TestContext): boolean {
  if (spawnSync(PYTHON, ['-c', 'import zeep']).status === 0) return true;
  if (process.env['CAUSEWAY_TOOLS'] === 'required') assert.fail('python3-zeep is required and not installed');
  t.skip('skipped: no python3-zeep');
  return false;
}

const files = () => {
  const { keys } = pair.countries.EE;
  const { certificateFile, keyFile } = keys.systems['pank']!.tls;
  return { certificate: certificateFile, key: keyFile, authority: keys.tlsAuthority.certificateFile };
};

async function curl(...args: string[]): Promise<string> {
  const { certificate, key, authority } = files();
  return (await run('curl', ['-sS', '--cert', certificate, '--key', key, '--cacert', authority, ...args])).stdout;
}

suite('zeep, strict', () => {
  async function ask(code: string, id: string): Promise<unknown> {
    const { reply } = await edge.desk('pank').sendRest('x', { method: 'GET', target: WSDL, headers: {}, body: Buffer.alloc(0) });
    const wsdl = join(pair.data, 'served.wsdl');
    writeFileSync(wsdl, reply.body);
    const { certificate, key, authority } = files();
    const { stdout } = await run(PYTHON, [join(import.meta.dirname, 'zeep/ask.py'), wsdl, `${edge.url}/`, certificate, key, authority, code, id]);
    return JSON.parse(stdout);
  }

  test('asks abroad and reads the answer, headers and all', async (t) => {
    if (!zeepIsThere(t)) return;
    assert.deepEqual(await ask(EXAMPLES.company, 'zeep-1'), { id: 'zeep-1', issue: 'case 7', found: 1, name: 'Kuusiniemi Konepaja Oy', status: 'R' });
  });

  test('reads that nothing was found', async (t) => {
    if (!zeepIsThere(t)) return;
    assert.deepEqual(await ask(EXAMPLES.noCompany, 'zeep-2'), { id: 'zeep-2', issue: 'case 7', found: 0, name: null, status: null });
  });

  test('raises a refusal as a SOAP fault with the code of X-Road', async (t) => {
    if (!zeepIsThere(t)) return;
    assert.deepEqual(await ask('no code', 'zeep-3'), { fault: 'client.invalid_body' });
  });
});

suite('curl', { skip: tool('curl') }, () => {
  test('reads the list of clients', async () => {
    const { member } = JSON.parse(await curl('-H', 'Accept: application/json', `${edge.url}/listClients`)) as { member: unknown[] };
    assert.ok(member.length >= 5);
  });

  test('posts a message from a file and gets the answer with the hash of that file', async () => {
    const file = join(pair.data, 'question.xml');
    const id = (name: string, value: string) => `<id:${name}>${value}</id:${name}>`;
    const member = `${id('xRoadInstance', 'EE')}${id('memberClass', 'COM')}${id('memberCode', '10137319')}${id('subsystemCode', 'pank')}`;
    const service = `${id('xRoadInstance', 'EE')}${id('memberClass', 'GOV')}${id('memberCode', '70006317')}${id('subsystemCode', 'FI-prh')}${id('serviceCode', 'lihtandmed_v2')}${id('serviceVersion', 'v1')}`;
    writeFileSync(
      file,
      `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="http://x-road.eu/xsd/xroad.xsd" xmlns:id="http://x-road.eu/xsd/identifiers"><e:Header><x:client id:objectType="SUBSYSTEM">${member}</x:client><x:service id:objectType="SERVICE">${service}</x:service><x:id>curl-1</x:id><x:protocolVersion>4.0</x:protocolVersion></e:Header><e:Body><lihtandmed_v2 xmlns="http://arireg.x-road.eu/producer/"><keha><ariregistri_kood>${EXAMPLES.company}</ariregistri_kood></keha></lihtandmed_v2></e:Body></e:Envelope>\n`,
    );
    const answer = await curl('-H', 'Content-Type: text/xml; charset=utf-8', '--data-binary', `@${file}`, `${edge.url}/`);
    const digest = spawnSync('openssl', ['dgst', '-sha512', '-binary', file]).stdout.toString('base64');
    assert.match(answer, /Kuusiniemi Konepaja Oy/);
    assert.ok(answer.includes(`>${digest}<`), answer);
  });

  test('without a certificate is refused with the code of X-Road', async () => {
    const { authority } = files();
    const { stdout } = await run('curl', ['-sS', '--cacert', authority, '-X', 'POST', `${edge.url}/`]);
    assert.match(stdout, /<faultcode>server\.clientproxy\.ssl_authentication_failed<\/faultcode>/);
  });
});
