import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createAuthority } from '../../src/crypto/pki.ts';
import { answerTimestamp } from '../../src/crypto/timestamp-answer.ts';
import { plainToken, readTimestampResponse, timestampRequest, verifyPlainTimestamp, verifyTimestamp } from '../../src/crypto/timestamp.ts';
import { opensslTsa, TSA_POLICY } from '../support/openssl-tsa.ts';
import type { OpensslTsa } from '../support/openssl-tsa.ts';
import { refuses } from '../support/refused.ts';
import { timeAuthorityKeys } from '../support/time-authority.ts';
import { tool } from '../support/tool.ts';
import { trust } from '../support/wss.ts';

const DATA = Buffer.from('gateway.ee.example/trail/ee-fi/2026h2\n614\n');
const NONCE = randomBytes(16);

for (const key of ['rsa:2048', 'ec:P-256']) {
  describe(`a token of openssl ts, ${key}`, { skip: tool('openssl', 'version') }, () => {
    let tsa: OpensslTsa;
    let token: Uint8Array;
    const roots = () => ({ authorities: [tsa.root] });
    before(() => {
      tsa = opensslTsa({ key });
      token = readTimestampResponse(tsa.reply(timestampRequest(DATA, NONCE)));
    });
    after(() => tsa.close());

    test('verifies over its data, under its root, and tells time, accuracy, policy and authority', () => {
      const stamp = verifyTimestamp(token, DATA, { ...roots(), policies: [TSA_POLICY] }, NONCE);
      assert.ok(Math.abs(stamp.time - Date.now()) < 60_000);
      assert.deepEqual([stamp.accuracy, stamp.policy, stamp.digest, stamp.authority], [1500, TSA_POLICY, 'sha256', 'O=Test, CN=Test TSA']);
      assert.ok(stamp.notAfter > stamp.time);
    });

    test('verifies where its own certificate is the one that is listed, as in an X-Road configuration', () => {
      assert.ok(verifyTimestamp(token, DATA, { authorities: [tsa.certificate] }).time > 0);
    });

    test('is refused over other data', () => refuses(() => verifyTimestamp(token, Buffer.from('other'), roots()), 'signature-invalid'));
    test('is refused as the answer to another request', () => refuses(() => verifyTimestamp(token, DATA, roots(), randomBytes(16)), 'signature-invalid'));
    test('is refused under another root', () => {
      const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000 };
      return refuses(() => verifyTimestamp(token, DATA, { authorities: trust(createAuthority({ subject: [['CN', 'Root of time']], algorithm: 'P-256', ...validity })).authorities }), 'signature-untrusted');
    });
    test('is refused under a policy that is not accepted', () => refuses(() => verifyTimestamp(token, DATA, { ...roots(), policies: ['1.2.3.4.9'] }), 'signature-untrusted'));

    test('written plainly, verifies here and by openssl, and no byte of it is free', () => {
      const plain = plainToken(tsa.reply(timestampRequest(DATA, NONCE)));
      assert.ok(verifyPlainTimestamp(plain, DATA, roots(), NONCE).time);
      opensslVerifies(plain, DATA, tsa.root);
      const step = process.env['CAUSEWAY_EVERY_BYTE'] === undefined ? 29 : 1;
      for (let at = 0; at < plain.length; at += step) {
        for (const bit of [0x01, 0x20, 0x80]) {
          const changed = Buffer.from(plain);
          changed[at]! ^= bit;
          assert.throws(() => verifyPlainTimestamp(changed, DATA, roots()), (error: unknown) => /^(?:malformed|signature-)/.test(String((error as { code?: string }).code)), `byte ${at}, bit ${bit}`);
        }
      }
    });

    test('as it comes, is refused wherever a byte of it that matters is changed, never with a crash', () => {
      let refused = 0;
      for (let at = 0; at < token.length; at += 41) {
        const changed = Buffer.from(token);
        changed[at]! ^= 0x01;
        try {
          const stamp = verifyTimestamp(changed, DATA, roots(), NONCE);
          // Only what nothing depends on may change: a second certificate, or a parameter that DER may leave out.
          assert.equal(stamp.time, verifyTimestamp(token, DATA, roots()).time);
        } catch (error) {
          assert.match(String((error as { code?: string }).code), /^(?:malformed|signature-)/, `byte ${at}: ${String(error)}`);
          refused += 1;
        }
      }
      assert.ok(refused > token.length / 41 / 2, `${refused} of ${Math.ceil(token.length / 41)} changes were refused`);
    });
  });
}

describe("tokens of the sandbox's authority", { skip: tool('openssl', 'version') }, () => {
  test('verify by openssl ts', () => {
    const { root, identity } = timeAuthorityKeys('TSA', Date.now());
    const response = answerTimestamp(timestampRequest(DATA, NONCE), identity, { now: Date.now(), serial: Buffer.of(0x41), policy: TSA_POLICY, accuracy: 100 });
    opensslVerifies(plainToken(response), DATA, new X509Certificate(root.certificate).raw);
  });
});

/** As docs/trail-format.md says it. */
function opensslVerifies(token: Uint8Array, data: Uint8Array, root: Uint8Array): void {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-token-'));
  const file = (name: string, content: Uint8Array | string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  try {
    const { status, stderr } = spawnSync('openssl', ['ts', '-verify', '-data', file('note', data), '-in', file('token', token), '-token_in', '-CAfile', file('roots.pem', new X509Certificate(root).toString())], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the answers of openssl ts', { skip: tool('openssl', 'version') }, () => {
  test('a request for a policy that the authority does not have is refused, and read as a refusal', () => {
    const tsa = opensslTsa();
    try {
      return refuses(() => readTimestampResponse(tsa.reply(timestampRequest(DATA, NONCE, '1.2.3.4.77'))), 'signature-invalid');
    } finally {
      tsa.close();
    }
  });
});
