/** `causeway keys make-in-token` against SoftHSM: every key that gateway.yaml has in the token, each of its kind, and none a second time. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { join } from 'node:path';
import { checkConfig } from '../../src/config/check.ts';
import { makeKeysInToken } from '../../src/cli/keys-in-token.ts';
import { NOW, change, makeGatewayFolders } from '../support/gateway-folders.ts';
import type { GatewayFolders } from '../support/gateway-folders.ts';
import { makeSoftHsm, noSoftHsm } from '../support/softhsm.ts';
import type { SoftHsm } from '../support/softhsm.ts';

suite('making keys in a token', { skip: noSoftHsm() }, () => {
  let hsm: SoftHsm;
  let folders: GatewayFolders;
  before(async () => {
    hsm = makeSoftHsm();
    folders = await makeGatewayFolders();
  });
  after(() => {
    hsm.remove();
    folders.remove();
  });

  test('without a key of that form there is nothing to make', async () => {
    await assert.rejects(makeKeysInToken(folders.ee), { code: 'config-invalid', message: /no key of the form pkcs11:object/ });
  });

  test('a token without its group is a problem of the configuration', () => {
    change(join(folders.ee, 'gateway.yaml'), [[['keys', 'log'], 'pkcs11:object=log']]);
    assert.deepEqual(checkConfig(folders.ee, NOW).filter(({ severity }) => severity === 'error').map(({ path, text }) => `${path}: ${text}`), ['keys.log: is in a token, and there is no group `pkcs11`']);
  });

  test('each is of the kind that its role needs, and is made once', async () => {
    change(join(folders.ee, 'gateway.yaml'), [[['pkcs11'], { ...hsm.settings, timeout: '5s' }], ...['statement', 'log', 'witness', 'interval'].map((role): [string[], string] => [['keys', role], `pkcs11:object=${role}`])]);
    const made = await makeKeysInToken(folders.ee);
    assert.deepEqual(made.map((key) => [key.role, key.made, Buffer.from(key.public, 'base64').length]), [['statement', true, 32], ['log', true, 32], ['witness', true, 32], ['interval', true, 32]]);
    assert.deepEqual(await makeKeysInToken(folders.ee), made.map((key) => ({ ...key, made: false })));
  });
});
