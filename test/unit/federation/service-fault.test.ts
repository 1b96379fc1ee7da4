import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOf } from '../../../src/platform/content.ts';
import type { ServiceFault } from '../../../src/errors.ts';
import { sealRefusal } from '../../../src/federation/seal.ts';
import type { SealedBytes } from '../../../src/federation/peer-client.ts';
import { openServiceFault, sealServiceFault } from '../../../src/federation/service-fault.ts';
import { authenticate } from '../../../src/federation/statement.ts';
import { authenticateAtEe, readerAt, sealedRequest } from '../../support/exchange.ts';
import { NOW, makePair } from '../../support/sides.ts';

const pair = makePair();
const SAID: ServiceFault = { code: 'SOAP-ENV:Server', text: 'Andmebaas ei vasta: 36805280109', detail: { type: 'text/xml', content: '<detail><a>1</a></detail>' } };

/** EE refuses with a fault; what FI reads of it. `bend` works on the body. */
async function crossed(said: ServiceFault | undefined, bend: (body: Record<string, unknown>) => unknown = (body) => body): Promise<{ read: ServiceFault | undefined; sent: SealedBytes }> {
  const request = await authenticateAtEe(pair, (await sealedRequest(pair)).fields.statement);
  const { aud, iss, jti } = request.claims;
  const fault = said && (await sealServiceFault(said, { iss: aud, aud: iss, jti }, pair.ee.side, NOW));
  const { fields } = await sealRefusal({ code: 'service-fault', delivered: 'yes', ...(fault === undefined ? {} : { fault }) }, request, pair.ee.side, pair.ee.entity, NOW);
  const statement = await authenticate(fields.statement, ['causeway-refusal+jwt'], readerAt(pair.fi), NOW);
  const body = Buffer.from(JSON.stringify(bend(JSON.parse(Buffer.from(bytesOf(fields.payload)).toString()) as Record<string, unknown>)));
  return { read: await openServiceFault(statement, body, pair.fi.side), sent: fields };
}

test('what the service said reaches the asker, and stands neither in the statement nor readable in the body', async () => {
  const { read, sent } = await crossed(SAID);
  assert.deepEqual(read, SAID);
  const claims = Buffer.from(sent.statement.split('.')[1] ?? '', 'base64url').toString();
  assert.doesNotMatch(claims + Buffer.from(bytesOf(sent.payload)).toString(), /36805280109|Andmebaas/);
});

test('status, body and place of a REST error cross', async () => {
  const said = { text: '', status: 404, location: 'https://x', detail: { type: 'application/json', content: '{"detail":"Немає"}' } };
  assert.deepEqual((await crossed(said)).read, said);
});

test('what is too long is cut, a detail left out', async () => {
  const { read } = await crossed({ code: 'c'.repeat(2000), text: `${'t'.repeat(999)}😀`, status: 500, location: 'l'.repeat(1001), detail: { type: 'text/plain', content: 'd'.repeat(8193) } });
  assert.deepEqual(read, { code: 'c'.repeat(1000), text: `${'t'.repeat(999)}\ufffd`, status: 500 });
});

test('a refusal without a fault has none, whatever its body says', async () => {
  const { sent } = await crossed(SAID);
  const { fault } = JSON.parse(Buffer.from(bytesOf(sent.payload)).toString()) as { fault: string };
  assert.equal((await crossed(undefined)).read, undefined);
  assert.equal((await crossed(undefined, (body) => ({ ...body, fault }))).read, undefined);
});

test('a body that is not the one of the statement gives no fault, and the refusal stands', async () => {
  const { sent } = await crossed(SAID);
  const { fault: ofAnother } = JSON.parse(Buffer.from(bytesOf(sent.payload)).toString()) as { fault: string };
  for (const bend of [(body: object) => ({ ...body, fault: ofAnother }), (body: object) => ({ ...body, fault: 7 }), () => ({}), () => null]) assert.equal((await crossed(SAID, bend)).read, undefined);
});
