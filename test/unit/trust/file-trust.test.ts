/** Files of peers' keys that are replaced under a running gateway. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { after, suite, test } from 'node:test';
import { thumbprint } from '../../../src/crypto/keys.ts';
import { openFiles } from '../../../src/trust/file-trust.ts';
import { refuses } from '../../support/refused.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const PEER = { entity: 'https://gateway.fi.example', country: 'FI' };
const PIN = Buffer.alloc(32, 1).toString('base64');

suite('a file of trust', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-trust-'));
  after(() => rmSync(folder, { recursive: true }));
  const key = () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { kid: thumbprint(publicKey), publicKey: publicKey.export({ format: 'jwk' }), notBefore: '2026-01-01T00:00:00Z', notAfter: '2027-01-01T00:00:00Z' };
  };
  const write = (entity: string, ...statement: ReturnType<typeof key>[]): void => writeFileSync(join(folder, 'FI.json'), JSON.stringify({ entity, country: 'FI', statement, encryption: [key()], tls: [{ spki: PIN, notBefore: '2026-01-01T00:00:00Z', notAfter: '2027-01-01T00:00:00Z' }] }));
  const [first, second] = [key(), key()];
  write(PEER.entity, first);
  const files = openFiles(folder);
  const trust = files.of(PEER);

  test('is what is believed, and a look without a change does nothing', () => {
    assert.equal(trust.statementKey(first.kid, NOW, NOW).kid, first.kid);
    assert.equal(trust.holds('statement', second.kid, NOW), false);
    assert.deepEqual(files.look(), []);
  });

  test('that is replaced is believed from the next look on, by whoever holds the trust', async () => {
    const before = trust.chain;
    write(PEER.entity, first, second);
    assert.deepEqual(files.look(), [{ entity: PEER.entity }]);
    assert.equal(trust.statementKey(second.kid, NOW, NOW).kid, second.kid);
    assert.ok(trust.holds('statement', second.kid, NOW) && trust.holds('tls', PIN, NOW));
    assert.notEqual(trust.chain, before);
    write(PEER.entity, second);
    files.look();
    await refuses(() => trust.statementKey(first.kid, NOW, NOW), 'statement-untrusted');
  });

  test('that is of another gateway, or cut short, is named, and the last one goes on', () => {
    write('https://gateway.xx.example', first);
    assert.equal(files.look()[0]?.error?.code, 'config-invalid');
    writeFileSync(join(folder, 'FI.json'), '{"entity":');
    assert.equal(files.look()[0]?.error?.code, 'config-invalid');
    assert.equal(trust.statementKey(second.kid, NOW, NOW).kid, second.kid);
  });
});
