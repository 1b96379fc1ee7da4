/** `causeway mappings explain`, `try` and `diff` as programs: what they print, what they never print, how they end. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

const ROOT = join(import.meta.dirname, '../../..');
const ENTRY = join(ROOT, 'src/cli/causeway.ts');
const CODE = '36805280109';
const SHOW = '--show-personal-data-on-this-terminal';
/** Line of the rule for the code in ee/person.yaml. */
const LINE = readFileSync(join(ROOT, 'mappings/ee/person.yaml'), 'utf8').split('\n').findIndex((line) => line.includes('request/Isikukood')) + 1;
const ENVELOPE = `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header/><s:Body><r:RR456 xmlns:r="http://rr.x-road.eu/producer"><request><Isikukood>${CODE}</Isikukood></request></r:RR456></s:Body></s:Envelope>`;

suite('causeway mappings', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-mappings-'));
    cpSync(join(ROOT, 'mappings'), join(folder, 'mappings'), { recursive: true });
    cpSync(join(ROOT, 'mappings'), join(folder, 'next'), { recursive: true });
    file('request.xml', ENVELOPE);
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(name: string, text: string): string {
    writeFileSync(join(folder, name), text);
    return name;
  }

  function mappings(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(process.execPath, [ENTRY, 'mappings', ...args], { encoding: 'utf8', cwd: folder });
  }

  test('explain reads a SOAP message as it came, names file and lines, and prints no personal value', () => {
    const { status, stdout } = mappings('explain', 'request.xml', '--service', 'EE/GOV/70008440/rr/RR456/v1', '--country', 'EE');
    assert.equal(status, 0);
    assert.match(stdout, /^ee\/person\.yaml, revision \d+: request to person\/v1$/m);
    assert.match(stdout, new RegExp(`^ {2}${LINE} {2}request/Isikukood {2}identifier {2}‹personal› by person-id\\(\\$country\\) \\| prefixed\\("\\$country:"\\)$`, 'm'));
    assert.ok(!stdout.includes(CODE));
  });

  test('explain prints personal values when it is told so by the long flag', () => {
    assert.match(mappings('explain', 'request.xml', '--service', 'ee/person', SHOW).stdout, new RegExp(`${CODE} → EE:${CODE}`));
  });

  test('explain --json is one object, and hides the same', () => {
    const { stdout } = mappings('explain', 'request.xml', '--service', 'ee/person', '--json');
    const { steps, output } = JSON.parse(stdout) as { steps: { line: number; became: string }[]; output: unknown };
    assert.deepEqual(steps.map(({ line, became }) => [line, became]), [[LINE, 'mapped']]);
    assert.deepEqual(output, { neutral: { identifier: '‹personal›' } });
    assert.ok(!stdout.includes(CODE));
  });

  test('explain of a message that is refused ends with 1 and names file, line and field', () => {
    const { status, stdout } = mappings('explain', file('bad.xml', ENVELOPE.replace(CODE, '1')), '--service', 'ee/person');
    assert.equal(status, 1);
    assert.match(stdout, /^ee\/person\.yaml:\d+: refused \(mapping-failed\) at request\/Isikukood: a valid person-id of EE is expected$/m);
  });

  test('explain takes a neutral document for the way home, and a REST request with its parts', () => {
    assert.match(mappings('explain', file('neutral.json', '{"identifier":"FI:2077474-0"}'), '--service', 'fi/company').stdout, /request to the domestic form\n\n[^]*query\.businessId {2}FI:2077474-0 → 2077474-0/);
    assert.match(mappings('explain', file('rest.json', '{"query":{"businessId":"2077474-0"}}'), '--service', 'fi/company').stdout, /request to company\/v1/);
  });

  test('what a file holds that nothing can read is not repeated', () => {
    for (const text of [`{"identifier": "EE:${CODE}"`, `<a>${CODE}`, CODE]) {
      const { status, stderr, stdout } = mappings('explain', file('broken', text), '--service', 'ee/person');
      assert.equal(status, 1);
      assert.ok(!`${stdout}${stderr}`.includes(CODE), stderr);
      assert.ok(!stderr.includes('    at '), stderr);
    }
  });

  test('try shows both documents and says that they agree; a golden case needs no direction', () => {
    const { status, stdout } = mappings('try', 'mappings/ee/samples/company/answer.yaml', '--service', 'ee/company', '--of', 'FI');
    assert.equal(status, 0);
    assert.match(stdout, /<a:evnimi>Esimerkki Oy<\/a:evnimi>/);
    assert.match(stdout, /"legalName": "Esimerkki Oy"/);
    assert.match(stdout, /^there and back: every other neutral field is what it was\nby rules that say so, not what it was: companies\[0\]\.euid$/m);
  });

  test('try of personal data hides it in both documents, the question that is repeated too', () => {
    const args = ['try', 'mappings/fi/samples/employment-income/answer.yaml', '--service', 'fi/employment-income', '--of', 'EE'];
    assert.ok(!mappings(...args).stdout.includes(CODE));
    assert.ok(mappings(...args, SHOW).stdout.includes(CODE));
  });

  test('diff ends with 0 over the same, and with 1 and the fields over what changed', () => {
    const over = file('answers.jsonl', `${JSON.stringify({ outcome: 'not-found' })}\n${JSON.stringify({ outcome: 'found', companies: [{ identifier: 'FI:2077474-0', legalName: 'A', status: 'in-liquidation' }] })}\n`);
    const args = ['diff', 'mappings/ee/company.yaml', 'next/ee/company.yaml', '--over', over, '--of', 'FI'];
    const same = mappings(...args);
    assert.equal(same.status, 0);
    assert.match(same.stdout, /^ee\/company revision (\d+) to \1, over 2 documents: 2 the same\n$/);
    const list = join(folder, 'next/codelists/ee-company-status-text.yaml');
    writeFileSync(list, readFileSync(list, 'utf8').replace('Likvideerimisel', 'Lõpetamisel'));
    const { status, stdout } = mappings(...args);
    assert.equal(status, 1);
    assert.match(stdout, /^answers\.jsonl:2: changed\n {2}lihtandmed_v2Response\/keha\/ettevotjad\/item\/staatus_tekstina {2}Likvideerimisel → Lõpetamisel\n/);
    assert.match(stdout, /over 2 documents: 1 the same, 1 changed$/m);
  });

  for (const [title, args, expected] of [
    ['a service that both sides know', ['explain', 'request.xml', '--service', 'EE/GOV/70008440/rr/RR456/v1'], /say --country/],
    ['a service that nobody knows', ['explain', 'request.xml', '--service', 'EE/GOV/1/x/y'], /no service EE\/GOV\/1\/x\/y/],
    ['a message of another mapping', ['explain', 'request.xml', '--service', 'ee/company'], /begins with a:lihtandmed_v2 or a:lihtandmed_v2Response, and this with RR456/],
    ['a file that is not there', ['explain', 'none.xml', '--service', 'ee/person'], /none\.xml/],
    ['no documents', ['diff', 'mappings/ee/company.yaml', 'next/ee/company.yaml', '--over', 'mappings'], /no neutral documents/],
  ] as const) {
    test(`${title} ends with 1 and says what to do`, () => {
      const { status, stderr } = mappings(...args);
      assert.equal(status, 1);
      assert.match(stderr, expected);
    });
  }

  const MISTYPED: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    ['a message file', ['explain', 'requset.xml', '--service', 'ee/person'], /^requset\.xml: there is no such file\n$/],
    ['a request file', ['explain', 'answer.json', '--service', 'ee/person', '--request', 'requset.xml'], /: there is no such file\n$/],
    ['a folder for a file', ['explain', 'mappings', '--service', 'ee/person'], /^mappings: cannot be read \(EISDIR\)\n$/],
    ['a mappings folder', ['try', 'request.xml', '--service', 'ee/person', '--mappings', 'maps'], /^maps: no mappings are there\n$/],
    ['a mapping', ['try', 'request.xml', '--service', 'ee/persn'], /^no mapping ee\/persn; known: ee\/company, /],
    ['the new mapping of a comparison', ['diff', 'mappings/ee/person.yaml', 'next/ee/persn.yaml', '--over', 'request.xml'], /^next\/ee\/persn\.yaml: there is no such file\n$/],
    ['what is compared over', ['diff', 'mappings/ee/person.yaml', 'next/ee/person.yaml', '--over', 'recorded'], /^recorded: there is no such file\n$/],
  ];
  for (const [what, args, says] of MISTYPED) {
    test(`a mistyped name of ${what} is told in one line`, () => {
      const { status, stderr } = mappings(...args);
      assert.match(stderr, says);
      assert.equal(status, 1);
    });
  }

  test('a direction that is none is wrong usage', () => assert.equal(mappings('explain', 'request.xml', '--service', 'ee/person', '--direction', 'up').status, 2));
});
