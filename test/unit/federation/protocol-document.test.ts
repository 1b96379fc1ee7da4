/** docs/federation-protocol.md against the code: its example byte by byte, its tables name by name. */
import assert from 'node:assert/strict';
import { createHash, createHmac, createPrivateKey } from 'node:crypto';
import type { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CODES } from '../../../src/errors.ts';
import { Quotas, authoriseInbound } from '../../../src/exchange/authorise.ts';
import { makeLink } from '../../../src/federation/link.ts';
import type { Agreement } from '../../../src/federation/link.ts';
import { open } from '../../../src/federation/open.ts';
import { EXCHANGES_PATH } from '../../../src/federation/peer-client.ts';
import { sealBinding } from '../../../src/federation/seal.ts';
import { authenticate } from '../../../src/federation/statement.ts';
import { decryptJwe } from '../../../src/crypto/jwe.ts';
import { openerOf, signerOf, thumbprint } from '../../../src/crypto/keys.ts';
import { TRAIL_PATHS } from '../../../src/trail/serve.ts';
import { canonicalJson } from '../../../src/platform/canonical-json.ts';
import { decodeFrames } from '../../../src/platform/frames.ts';
import { staticTrust } from '../../../src/trust/static-trust.ts';
import { TOLERANCE, sealedRefusal, sealedRequest, sealedResponse } from '../../support/exchange.ts';
import { claimsOf, headerOf } from '../../support/forge.ts';
import { NOW, makePair } from '../../support/sides.ts';

const TEXT = readFileSync(new URL('../../../docs/federation-protocol.md', import.meta.url), 'utf8');

function example(name: string): string {
  const found = new RegExp(`\`\`\`\\w+ example=${name}\n([^]*?)\n\`\`\``).exec(TEXT);
  assert.ok(found?.[1], `the document has no example "${name}"`);
  return found[1];
}
const json = (name: string): unknown => JSON.parse(example(name));
const joined = (name: string): string => example(name).replaceAll('\n', '');

const encryptionKey = createPrivateKey({ key: (json('encryption-key') as webcrypto.JsonWebKey), format: 'jwk' });
const kid = (json('header') as { kid: string }).kid;
const WINDOW = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2027-01-01T00:00:00Z' };
const trust = staticTrust({ entity: 'https://gateway.fi.example', country: 'FI', statement: [{ ...WINDOW, kid, publicKey: (json('statement-key') as webcrypto.JsonWebKey) }], encryption: [], tls: [] }, Buffer.from(''));
const link = makeLink([(json('agreement') as Agreement)], 'https://gateway.ee.example', { url: 'https://gateway.fi.example', connections: 1, mappingOverlap: 120_000 });
const [version] = link.versions;
const compact = joined('statement');
const payload = Buffer.from(joined('payload'), 'base64');
const at = (json('claims') as { iat: number }).iat * 1000;
const statement = await authenticate(compact, ['causeway-request+jwt'], { audience: 'https://gateway.ee.example', trust, maxBytes: 4096 }, at);
const ours = openerOf(thumbprint(encryptionKey), encryptionKey);

test('the example: the agreement has the digest and the length that the text says, and the statement names it', () => {
  assert.ok(TEXT.includes(`has ${Buffer.byteLength(canonicalJson(version.agreement))} bytes and the digest \`${version.sha256}\``));
  assert.equal(statement.claims.link.sha256, version.sha256);
});

test('the example: the statement is authentic, and is what its parts say', () => {
  assert.deepEqual(headerOf(compact), json('header'));
  assert.deepEqual(statement.claims, json('claims'));
  assert.equal(Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString(), canonicalJson(json('claims')));
  assert.ok(TEXT.includes(`Its identity is \`${statement.identity}\``));
});

test('the example: the payload has the frames that the text says', () => {
  const [manifest, part] = decodeFrames(payload, 2);
  assert.ok(manifest && part);
  assert.ok(TEXT.includes(`The payload, ${payload.length} bytes in base64: a frame of kind 1 with ${manifest.bytes.length} bytes, and a frame of kind 2 with ${part.bytes.length} bytes.`));
  assert.ok(TEXT.includes(`Content-Length: ${payload.length}\n`));
  assert.deepEqual(headerOf(Buffer.from(manifest.bytes).toString()), json('seal-header'));
  assert.equal(Buffer.from(part.bytes).toString('hex'), joined('part'));
});

test('the example: the manifest opens to the one shown, and the commitment is to its canonical form', async () => {
  const [frame] = decodeFrames(payload, 2);
  const plaintext = await decryptJwe(Buffer.from(frame?.bytes ?? '').toString(), [ours], sealBinding('causeway-request+jwt', statement.claims));
  assert.equal(Buffer.from(plaintext).toString(), canonicalJson(json('manifest')));
  assert.ok(TEXT.includes(`(${plaintext.length} bytes as canonical JSON)`));
  const salt = Buffer.from((json('manifest') as { salt: string }).salt, 'base64url');
  const commitment = createHmac('sha256', salt).update('causeway/content/v1\0').update(createHash('sha256').update(plaintext).digest()).digest('base64url');
  assert.equal(statement.claims.content, commitment);
});

test("the example: the receiver's order takes it, and opens it to the document", async () => {
  const { grant } = authoriseInbound(statement, link, new Quotas(), TOLERANCE, at);
  const side = { trust, statementKey: signerOf('', encryptionKey), encryptionKeys: [ours], maxStatementBytes: 4096, maxManifestBytes: 65536, maxDocumentBytes: 65536 };
  const opened = await open(statement, payload, grant, side, () => {});
  assert.deepEqual(opened.fields.document, json('document'));
  assert.deepEqual(opened.fields.context, (json('manifest') as { context: object }).context);
});

test('the table of claims names every claim of the three statements, and no other', async () => {
  const rows = [...TEXT.matchAll(/^\| `(\w+)` \| ([QAR ]+) \|/gm)].map(([, claim = '', letters = '']) => [claim, letters.split(' ')] as const);
  const pair = makePair({ grant: { fields: { request: ['/hello'], response: ['/answer'] } } });
  const request = await sealedRequest(pair, { now: NOW });
  const statements = { Q: request, A: await sealedResponse(pair, request), R: await sealedRefusal(pair, request) };
  for (const [letter, sealed] of Object.entries(statements)) {
    const documented = rows.filter(([, letters]) => letters.includes(letter)).map(([claim]) => claim);
    assert.deepEqual(documented.toSorted(), Object.keys(claimsOf(sealed.fields.statement)).toSorted(), letter);
  }
});

test("every code of the receiver's order is one of ours, and the paths are those that are served", () => {
  const [, order = ''] = TEXT.split("## The receiver's order");
  const codes = [...order.matchAll(/`([a-z]+(?:-[a-z]+)+|suspended|replay|draining|overloaded)`/g)].map(([, code = '']) => code).filter((code) => !code.startsWith('causeway-'));
  assert.ok(codes.length > 25);
  for (const code of codes) assert.ok(Object.hasOwn(CODES, code), code);
  for (const path of [EXCHANGES_PATH, TRAIL_PATHS.addCheckpoint]) assert.ok(TEXT.includes(`\`POST ${path}\``), path);
});
