import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { evidenceErase } from '../../src/cli/evidence-erasures.ts';
import { evidenceExport } from '../../src/cli/evidence-export.ts';
import { evidenceOpen } from '../../src/cli/evidence-open.ts';
import { Spool } from '../../src/platform/spool.ts';
import { freePorts } from '../../src/sandbox/free-ports.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { edgeChanges } from '../support/edge.ts';
import { Home, Made, answerHeaders, ask, envelope, largeChanges, largeMappings, multipart, question, restHeaders, take } from '../support/large-pair.ts';
import type { Answer, SentPart, Take, Taken } from '../support/large-pair.ts';
import { RunningPair, eventually } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const SECRET = 'AttachmentOfSomebody36805280109';
const folder = mkdtempSync(join(tmpdir(), 'causeway-large-'));
const pair = new RunningPair(EE_FI);
const spool = new Spool({ folder: join(folder, 'spool'), maxBytes: 1e9, memoryBytes: 1024 * 1024 });
const taking: Take = (message) => take(message, spool);
let home: Home;

before(async () => {
  await spool.clear(new Set());
  const [port = 0] = await freePorts(1);
  await pair.start({ changes: largeChanges(largeMappings(join(folder, 'mappings')), `https://127.0.0.1:${port}`, '32MiB') });
  home = await Home.start(port, pair.countries.EE.keys.securityServer, taking);
});
after(async () => {
  await pair.end();
  await home.close();
  rmSync(folder, { recursive: true });
});

function post(path: string, headers: Readonly<Record<string, string>>, pieces: Parameters<typeof ask>[3], method = 'POST'): Promise<Taken> {
  return ask(`https://127.0.0.1:${pair.gateway('FI').ports.domestic}${path}`, pair.countries.FI.keys.securityServer, { method, headers }, pieces, taking);
}

const lastTaken = (): Taken => home.taken.at(-1) ?? assert.fail('nothing reached home');
const textOf = ({ parts }: Taken): string => parts[0]?.text ?? '';
let n = 0;
const nextId = (): string => `large-${(n += 1)}`;

suite('REST that crosses unmapped', () => {
  test('a body of any type and size crosses with its headers, and so does the answer; identifiers are those of each side', async () => {
    const [sent, back] = [new Made(3_000_000), new Made(2_345_678)];
    home.rest = () => ({ status: 201, headers: { 'content-type': 'video/mp4', 'location': '/files/7', 'x-case': 'B' }, pieces: [back] });
    const answer = await post('/services/ee-files/files/a%20b.bin?x=1&x=2', restHeaders(nextId(), { 'content-type': 'application/octet-stream; v=1', 'x-case': 'A', 'authorization': 'Bearer t', 'x-road-userid': 'FI1' }), [sent]);
    assert.deepEqual([answer.status, answer.headers['content-type'], answer.headers['location'], answer.headers['x-case'], answer.headers['x-road-id']], [201, 'video/mp4', '/files/7', 'B', undefined]);
    assert.deepEqual(answer.parts.map(({ length, sha256: digest }) => [length, digest]), [[back.length, back.sha256()]]);
    const { target, headers, parts } = lastTaken();
    assert.equal(target, '/r1/EE/GOV/70008440/rr/files/files/a%20b.bin?x=1&x=2');
    assert.deepEqual([headers['content-type'], headers['x-case'], headers['authorization']], ['application/octet-stream; v=1', 'A', 'Bearer t']);
    assert.deepEqual([headers['x-road-client'], headers['x-road-userid']], ['EE/GOV/70006317/FI-MUN-0101263-6-vaestotiedot', 'FI1']);
    assert.deepEqual(parts.map(({ length, sha256: digest }) => [length, digest]), [[sent.length, sent.sha256()]]);
  });

  test('a small body, and none, cross too', async () => {
    home.rest = (taken) => ({ status: 200, headers: { 'content-type': 'text/plain' }, pieces: [Buffer.from(`${taken.parts[0]?.text}!`)] });
    assert.equal((await post('/services/ee-files/files/x', restHeaders(nextId(), { 'content-type': 'text/csv' }), [Buffer.from('a;b')])).parts[0]?.text, 'a;b!');
    assert.equal((await post('/services/ee-files/files/x', restHeaders(nextId()), [])).parts[0]?.text, '!');
    assert.equal(lastTaken().headers['content-type'], undefined);
  });

  test("what the service says is said, whatever the status", async () => {
    for (const status of [204, 302, 404, 503]) {
      home.rest = () => ({ status, headers: { 'location': 'https://elsewhere.example/', 'content-type': 'application/problem+json' }, pieces: status === 204 ? [] : [Buffer.from('{"title":"x"}')] });
      const answer = await post('/services/ee-files/files/x', restHeaders(nextId()), [Buffer.from('x')]);
      assert.deepEqual([answer.status, answer.headers['location'], answer.headers['causeway-error']], [status, 'https://elsewhere.example/', undefined]);
    }
  });

  test('another path, another method and a path that climbs are not offered', async () => {
    const before = home.taken.length;
    for (const [path, method] of [['/services/ee-files/other/x', 'POST'], ['/services/ee-files/files/x/y', 'POST'], ['/services/ee-files/files/x', 'PUT'], ['/services/ee-files/files/%2e%2e', 'POST']] as const) {
      const { status, headers } = await post(path, restHeaders(nextId()), [Buffer.from('x')], method);
      assert.ok(status === 404 || status === 400, `${path}: ${status}`);
      assert.ok(['unknown-service', 'malformed'].includes(headers['causeway-error'] ?? ''));
    }
    assert.equal(home.taken.length, before);
  });

  test('the same message again gets the stored answer, and other bytes under its id are refused', async () => {
    const [id, sent, back] = [nextId(), new Made(400_000), new Made(500_000)];
    home.rest = () => ({ status: 200, headers: {}, pieces: [back] });
    const before = home.taken.length;
    const answers = [await post('/services/ee-files/files/x', restHeaders(id), [sent]), await post('/services/ee-files/files/x', restHeaders(id), [sent])];
    assert.deepEqual(answers.map(({ parts }) => parts[0]?.sha256), [back.sha256(), back.sha256()]);
    assert.equal(home.taken.length, before + 1);
    const other = await post('/services/ee-files/files/x', restHeaders(id), [new Made(400_000)]);
    assert.deepEqual([other.status, other.headers['causeway-error']], [409, 'duplicate-id']);
  });

  test('a body beyond the grant is refused before anything leaves', async () => {
    const before = home.taken.length;
    const { key, certificate } = pair.countries.FI.keys.securityServer;
    // Announced, and refused before a byte of it was sent.
    const outgoing = request(`https://127.0.0.1:${pair.gateway('FI').ports.domestic}/services/ee-files/files/x`, { method: 'POST', headers: { ...restHeaders(nextId()), 'content-length': String(33 * 1024 * 1024) }, key, cert: certificate, rejectUnauthorized: false, agent: false });
    outgoing.flushHeaders();
    const [{ statusCode, headers }] = (await once(outgoing, 'response')) as [IncomingMessage];
    outgoing.destroy();
    assert.deepEqual([statusCode, headers['causeway-error']], [413, 'too-large']);
    assert.equal(home.taken.length, before);
  });
});

const PHOTO = 'Content-Type: image/jpeg;\r\n\tname="foto.jpg"\r\nContent-ID: <photo@register>\r\nX-Anything:   kept  as it is\r\n';

function multipartRequest(root: string, others: readonly SentPart[], type = 'text/xml') {
  const parts = [{ headers: `Content-Type: ${type === 'text/xml' ? 'text/xml; charset=UTF-8' : `${type}; charset=UTF-8; type="text/xml"`}\r\nContent-Transfer-Encoding: 8bit\r\nContent-ID: <root>\r\n`, content: Buffer.from(root) }, ...others];
  return { headers: { 'content-type': `multipart/related; type="${type}"; start="<root>"; boundary="b-0-u-n-d"`, 'soapaction': '""' }, pieces: multipart(parts, 'b-0-u-n-d') };
}

function multipartAnswer(body: string, taken: Taken, others: readonly SentPart[], type?: string): Answer {
  const { headers, pieces } = multipartRequest(envelope(answerHeaders(taken.parts[0]?.text ?? ''), body), others, type);
  return { status: 200, headers, pieces };
}

suite('SOAP that crosses unmapped', () => {
  const body = (name: string) => `<d:${name} xmlns:d="urn:documents" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="urn:types" xsi:type="t:Special">${SECRET}<d:file href="cid:photo@register"/></d:${name}>`;

  test('body and attachments cross as they are, both ways: prefixes that only content uses, MIME headers byte for byte', async () => {
    const [sent, back] = [new Made(2_000_000), new Made(1_500_000)];
    home.soap = (taken) => multipartAnswer(body('documentsResponse'), taken, [{ headers: PHOTO, content: back }, { headers: '', content: Buffer.from('no headers') }]);
    const { headers, pieces } = multipartRequest(question('documents', 'v1', nextId(), body('documents')), [{ headers: PHOTO, content: sent }]);
    const answer = await post('/services/ee-documents', headers, pieces);
    assert.equal(answer.status, 200, textOf(answer));
    const request = lastTaken();
    assert.match(request.headers['content-type'] ?? '', /^multipart\/related; type="text\/xml"; start="<.+>"; boundary=".+"$/);
    for (const [message, name] of [[request, 'documents'], [answer, 'documentsResponse']] as const) {
      assert.ok(message.parts[0]?.text.includes(`<d:${name} xmlns:d="urn:documents"`), textOf(message));
      assert.match(message.parts[0]?.text ?? '', /xmlns:t="urn:types"[^>]*xsi:type="t:Special"/);
      assert.equal(message.parts[1]?.headers, PHOTO);
    }
    assert.match(request.parts[0]?.text ?? '', /<id:subsystemCode>FI-MUN-0101263-6-vaestotiedot<\/id:subsystemCode>/);
    assert.deepEqual([request.parts[1]?.sha256, answer.parts[1]?.sha256], [sent.sha256(), back.sha256()]);
    assert.deepEqual([answer.parts.length, answer.parts[2]?.text], [3, 'no headers']);
  });

  test('without attachments it is no multipart message', async () => {
    home.soap = (taken) => ({ status: 200, headers: { 'content-type': 'text/xml' }, pieces: [Buffer.from(envelope(answerHeaders(taken.parts[0]?.text ?? ''), body('documentsResponse')))] });
    const answer = await post('/services/ee-documents', { 'content-type': 'text/xml' }, [Buffer.from(question('documents', 'v1', nextId(), body('documents')))]);
    assert.deepEqual([answer.headers['content-type'], lastTaken().headers['content-type']], ['text/xml; charset=utf-8', 'text/xml; charset=utf-8']);
    assert.ok(answer.parts[0]?.text.includes(SECRET));
  });

  test('an element that is not the operation, in the answer, is the fault of the service', async () => {
    home.soap = (taken) => multipartAnswer(body('otherResponse'), taken, []);
    const answer = await post('/services/ee-documents', { 'content-type': 'text/xml' }, [Buffer.from(question('documents', 'v1', nextId(), body('documents')))]);
    assert.match(answer.parts[0]?.text ?? '', /service.answer.invalid/i);
  });
});

suite('evidence of attachments', () => {
  const body = (name: string) => `<d:${name} xmlns:d="urn:documents"/>`;
  const config = (country: PairCountry): string => pair.gateway(country).folder;
  const auditor = (country: PairCountry): string => join(pair.data, `auditor-${country.toLowerCase()}`, 'auditor.key.pem');
  const kept = (country: PairCountry): string[] => readdirSync(join(pair.store(country), 'spool')).filter((name) => name.startsWith('kept-'));

  for (const country of ['FI', 'EE'] as const) {
    test(`${country}: what crossed both ways is exported as encrypted files, and opened by the auditor alone; small and large`, async () => {
      const [sent, back] = [new Made(1_200_000), new Made(900_000)];
      home.soap = (taken) => multipartAnswer(body('documentsResponse'), taken, [{ headers: PHOTO, content: back }, { headers: '', content: Buffer.from('small') }]);
      const { headers, pieces } = multipartRequest(question('documents', 'v1', nextId(), body('documents')), [{ headers: PHOTO, content: sent }]);
      assert.equal((await post('/services/ee-documents', headers, pieces)).status, 200);
      const xid = pair.lastAsked('FI');
      const out = join(folder, `evidence-${country}.json`);
      const { records, files } = await evidenceExport({ config: config(country), exchange: xid, reason: 'case-1', operator: 'Op Erator', out }, Date.now());
      assert.deepEqual([records, files], [2, 2]);
      const sealed = await evidenceOpen({ file: out, personalData: false });
      assert.deepEqual(sealed.records.map(({ bodies, attachments }) => [bodies, attachments.slice(1).map(({ type, length }) => [type, length])]), [['sealed', [['image/jpeg', sent.length]]], ['sealed', [['image/jpeg', back.length], ['application/octet-stream', 5]]]], 'the first is the body');
      const opened = join(folder, `opened-${country}`);
      await evidenceOpen({ file: out, key: auditor(country), out: opened, personalData: false });
      const digestOf = (name: string) => createHash('sha256').update(readFileSync(join(opened, name))).digest('base64url');
      assert.deepEqual([digestOf('request-attachment-2.bin'), digestOf('response-attachment-2.bin')], [sent.sha256(), back.sha256()]);
      assert.deepEqual([readFileSync(join(opened, 'response-attachment-3.bin'), 'utf8'), readFileSync(join(opened, 'request-attachment-2.headers'), 'latin1')], ['small', PHOTO]);

      const [file = ''] = readdirSync(`${out}.files`);
      const bytes = readFileSync(join(`${out}.files`, file));
      writeFileSync(join(`${out}.files`, file), bytes.with(100, (bytes[100] ?? 0) ^ 1));
      await assert.rejects(evidenceOpen({ file: out, key: auditor(country), personalData: false }), { code: 'internal', message: /was changed/ });
    });
  }

  test('erasing gives the disk of both sides back', async () => {
    const before = (['EE', 'FI'] as const).map((country) => kept(country).length);
    home.soap = (taken) => multipartAnswer(body('documentsResponse'), taken, []);
    const { headers, pieces } = multipartRequest(question('documents', 'v1', nextId(), body('documents')), [{ headers: PHOTO, content: new Made(600_000) }]);
    await post('/services/ee-documents', headers, pieces);
    const xid = pair.lastAsked('FI');
    assert.deepEqual((['EE', 'FI'] as const).map((country) => kept(country).length), before.map((n) => n + 1));
    const { state, peer } = await evidenceErase({ config: config('FI'), exchange: xid, reason: 'case-2', operator: 'Op Erator' }, Date.now());
    assert.deepEqual([state, peer?.outcome], ['erasure pending', 'erased']);
    assert.deepEqual((['EE', 'FI'] as const).map((country) => kept(country).length), before);
  });
});

suite('SOAP with attachments beside a mapped body', () => {
  const ask456 = (id: string) => question('HenkilonTunnusKysely', 'v1', id, '<HenkilonTunnusKysely xmlns="http://xml.vrk.fi/ws/vtj/vtjkysely/1"><request><SoSoNimi>x</SoSoNimi><Henkilotunnus>36805280109</Henkilotunnus></request></HenkilonTunnusKysely>');
  const RR456 = (given: string) => `<r:RR456Response xmlns:r="http://rr.x-road.eu/producer"><response><Veakood>0</Veakood><Isikud><Isik><Isik.Isikukood>36805280109</Isik.Isikukood><Isik.Eesnimi>${given}</Isik.Eesnimi><Isik.Perenimi>Tamm</Isik.Perenimi></Isik></Isikud></response></r:RR456Response>`;
  const XOP = 'http://www.w3.org/2004/08/xop/include';

  test('the body is mapped, the attachments are untouched, both ways', async () => {
    const [sent, back] = [new Made(700_000), new Made(800_000)];
    home.soap = (taken) => multipartAnswer(RR456('cid:photo@register'), taken, [{ headers: PHOTO, content: back }]);
    const { headers, pieces } = multipartRequest(ask456(nextId()), [{ headers: PHOTO, content: sent }]);
    const answer = await post('/services/ee-population', headers, pieces);
    assert.equal(answer.status, 200, textOf(answer));
    assert.match(lastTaken().parts[0]?.text ?? '', /RR456/);
    // The asker takes MTOM: what the register referred to by text is an xop:Include.
    assert.match(answer.headers['content-type'] ?? '', /^multipart\/related; type="application\/xop\+xml"; start-info="text\/xml"; /);
    assert.match(answer.parts[0]?.headers ?? '', /^Content-Type: application\/xop\+xml; charset=utf-8; type="text\/xml"\r\n/);
    assert.match(textOf(answer), new RegExp(`<(ns\\d+):Include xmlns:\\1="${XOP}" href="cid:photo%40register"></\\1:Include>`));
    for (const [message, content] of [[lastTaken(), sent], [answer, back]] as const) assert.deepEqual(message.parts.slice(1).map((part) => [part.headers, part.sha256]), [[PHOTO, content.sha256()]]);
  });

  test('MTOM from the service is read: xop:Include stands for an attachment of its message', async () => {
    const include = `<xop:Include xmlns:xop="${XOP}" href="cid:photo%40register"/>`;
    home.soap = (taken) => multipartAnswer(RR456(include), taken, [{ headers: PHOTO, content: Buffer.from('jpeg') }], 'application/xop+xml');
    const { headers, pieces } = multipartRequest(ask456(nextId()), []);
    const answer = await post('/services/ee-population', headers, pieces);
    assert.equal(answer.status, 200, textOf(answer));
    assert.equal(answer.parts[1]?.text, 'jpeg');
    home.soap = (taken) => multipartAnswer(RR456(include), taken, [], 'application/xop+xml');
    const refused = await post('/services/ee-population', { 'content-type': 'text/xml' }, [Buffer.from(ask456(nextId()))]);
    assert.match(refused.parts[0]?.text ?? '', /service.answer.invalid/i);
  });

  test('more attachments than the grant allows are refused, on the way there and on the way back', async () => {
    const six = Array.from({ length: 6 }, (_, at) => ({ headers: `Content-ID: <${at}>\r\n`, content: Buffer.from('x') }));
    const { headers, pieces } = multipartRequest(ask456(nextId()), six);
    assert.match((await post('/services/ee-population', headers, pieces)).parts[0]?.text ?? '', /The link allows 5 attachments/);
    home.soap = (taken) => multipartAnswer(RR456('x'), taken, six);
    assert.match((await post('/services/ee-population', { 'content-type': 'text/xml' }, [Buffer.from(ask456(nextId()))])).parts[0]?.text ?? '', /service.answer.invalid/i);
  });

  test('where the grant names none, no attachment crosses', async () => {
    const { headers, pieces } = multipartRequest(ask456(nextId()), [{ headers: PHOTO, content: Buffer.from('x') }]);
    await pair.reconfigure({ link: [[['agreement', 'legs', 0, 'grants', 1, 'attachments'], undefined]] });
    assert.match((await post('/services/ee-population', headers, pieces)).parts[0]?.text ?? '', /The link lets no attachments cross/);
  });
});

suite('straight to an edge', () => {
  before(() => pair.reconfigure({ gateway: edgeChanges(pair, 'FI', { exported: ['FI/GOV/0244683-1/prh/companies'] }) }, ['FI']));
  const toEdge = (target: string, headers: Readonly<Record<string, string>>, pieces: Parameters<typeof ask>[3]): Promise<Taken> => {
    const { vaestotiedot } = pair.countries.FI.keys.systems;
    return ask(`https://127.0.0.1:${pair.gateway('FI').ports.domestic}${target}`, vaestotiedot?.tls ?? assert.fail('no such system'), { headers }, pieces, taking);
  };
  const sha512 = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest();

  test('REST that crosses unmapped crosses in files, and the request hash is over all of it', async () => {
    const [sent, back] = [new Made(3_000_000), new Made(2_000_000)];
    home.rest = () => ({ status: 200, headers: { 'content-type': 'video/mp4' }, pieces: [back] });
    const target = '/r1/FI/GOV/0245437-2/EE-rr/files/files/x';
    const headers = restHeaders(nextId(), { 'content-type': 'application/octet-stream' });
    const answer = await toEdge(target, headers, [sent]);
    assert.deepEqual([answer.status, answer.parts[0]?.sha256, lastTaken().parts[0]?.sha256], [200, back.sha256(), sent.sha256()]);
    const lines = [...Object.entries(headers), ['x-road-request-id', answer.headers['x-road-request-id']]].map(([name, value]) => `${name}:${value}`);
    const head = sha512(Buffer.from(['POST', target, ...lines, ''].join('\r\n')));
    assert.equal(answer.headers['x-road-request-hash'], sha512(Buffer.concat([head, sha512(Buffer.concat([...sent.blocks()]))])).toString('base64'));
  });

  test('a body too large for memory, to a service that is mapped, is refused', async () => {
    const taken = home.taken.length;
    const { status, headers } = await toEdge('/r1/FI/GOV/0245437-2/EE-emta/employmentIncome/income-queries', restHeaders(nextId(), { 'content-type': 'application/json' }), [new Made(11 * 1024 * 1024)]);
    assert.deepEqual([status, headers['causeway-error'] ?? headers['x-road-error'], home.taken.length], [400, 'too-large', taken]);
  });

  test('SOAP with attachments crosses too', async () => {
    const [sent, back] = [new Made(1_000_000), new Made(500_000)];
    home.soap = (taken) => multipartAnswer('<d:documentsResponse xmlns:d="urn:documents"/>', taken, [{ headers: PHOTO, content: back }]);
    const { headers, pieces } = multipartRequest(question('documents', 'v1', nextId(), '<d:documents xmlns:d="urn:documents"/>'), [{ headers: PHOTO, content: sent }]);
    const answer = await toEdge('/', headers, pieces);
    assert.equal(answer.status, 200, textOf(answer));
    assert.deepEqual([answer.parts[1]?.sha256, lastTaken().parts[1]?.sha256], [back.sha256(), sent.sha256()]);
  });
});

test('nothing of a body can be read in any file of either gateway, and no temporary file is left', async () => {
  for (const country of ['EE', 'FI'] as const) {
    const store = pair.store(country);
    await eventually('temporary files are gone', () => readdirSync(join(store, 'spool')).every((name) => name.startsWith('kept-')));
    for (const entry of readdirSync(store, { recursive: true, withFileTypes: true })) if (entry.isFile()) assert.equal(readFileSync(join(entry.parentPath, entry.name)).includes(SECRET), false, entry.name);
  }
});
