/** Keys in a PKCS#11 token: signing and opening, against node:crypto; then a gateway whose token is taken away and given back. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { listKeys, rotateKey } from '../../src/cli/keys-rotate.ts';
import { exportTrust, importTrust } from '../../src/cli/trust.ts';
import { Token } from '../../src/crypto/hsm/token.ts';
import { decryptJwe, encryptJwe } from '../../src/crypto/jwe.ts';
import { parseJws, signJws, verifyJws } from '../../src/crypto/jws.ts';
import { KeyFiles } from '../../src/crypto/key-files.ts';
import { KeyStore } from '../../src/crypto/key-store.ts';
import { openerOf } from '../../src/crypto/keys.ts';
import { eventually } from '../support/eventually.ts';
import { COMPANY, INCOME, gatewayFault } from '../support/questions.ts';
import { refuses } from '../support/refused.ts';
import { RunningPair } from '../support/running-pair.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { makeSoftHsm, noSoftHsm } from '../support/softhsm.ts';
import type { SoftHsm } from '../support/softhsm.ts';

const skip = noSoftHsm();
const PATIENCE_MS = 60_000;

suite('a token', { skip }, () => {
  let hsm: SoftHsm;
  let token: Token;
  let store: KeyStore;
  before(async () => {
    hsm = makeSoftHsm();
    await hsm.make('a', 'b');
    token = new Token(hsm.settings);
    store = new KeyStore(new KeyFiles(), token);
  });
  after(async () => {
    await token.close();
    hsm.remove();
  });

  test('signs what node:crypto verifies, many at one time', async () => {
    const signer = await store.signer('pkcs11:object=a');
    const signed = await Promise.all(Array.from({ length: 40 }, (_, n) => signJws('t+jwt', `{"n":${n}}`, signer)));
    for (const compact of signed) verifyJws(parseJws(compact, 4096), signer);
  });

  test('opens what was sealed for its key, and nothing that was sealed for another', async () => {
    const opener = await store.opener('pkcs11:object=b');
    const compact = await encryptJwe(Buffer.from('secret'), opener, {});
    assert.equal(Buffer.from(await decryptJwe(compact, [opener], {})).toString(), 'secret');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await refuses(decryptJwe(await encryptJwe(Buffer.from('secret'), openerOf(opener.kid, privateKey), {}), [opener], {}), 'seal-mismatch');
  });

  test('a point that is not on the curve is refused before the token sees it', async () => {
    const opener = await store.opener('pkcs11:object=b');
    const compact = await encryptJwe(Buffer.from('secret'), opener, {});
    const header = JSON.parse(Buffer.from(compact.split('.')[0] ?? '', 'base64url').toString()) as { epk: { y: string } };
    header.epk.y = header.epk.y.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
    const bent = [Buffer.from(JSON.stringify(header)).toString('base64url'), ...compact.split('.').slice(1)].join('.');
    await refuses(decryptJwe(bent, [opener], {}), 'seal-mismatch');
    assert.equal(token.loss, undefined);
  });

  test('a label that is not there, and a key without a token, are named', async () => {
    await assert.rejects(store.signer('pkcs11:object=none'), { code: 'config-invalid', message: /the token has no such key/ });
    await assert.rejects(new KeyStore(new KeyFiles()).signer('pkcs11:object=a'), { code: 'config-invalid', message: /no group `pkcs11`/ });
  });

  test('a process that is killed in the middle of its work is begun anew, and the work that was lost says so', async () => {
    const signer = await store.signer('pkcs11:object=a');
    const before = token.pid ?? 0;
    const work = signJws('t+jwt', '{}', signer);
    process.kill(before, 'SIGKILL');
    await refuses(work, 'dependency-lost');
    await eventually('it signs again', async () => signJws('t+jwt', '{}', signer).then(() => true, () => false), PATIENCE_MS);
    assert.notEqual(token.pid, before);
  });

  test('the next key takes the place of the old one under its label, once', async () => {
    await store.makeP256('pkcs11:object=a.next');
    const next = await store.signer('pkcs11:object=a.next');
    for (let times = 0; times < 2; times += 1) await store.replace('pkcs11:object=a.next', 'pkcs11:object=a');
    assert.equal((await store.signer('pkcs11:object=a')).kid, next.kid);
    assert.equal(await store.has('pkcs11:object=a.next'), false);
  });
});

suite('a gateway with its keys in a token', { skip }, () => {
  const pair = new RunningPair(EE_FI);
  let hsm: SoftHsm;
  const folder = (): string => pair.gateway('FI').folder;
  const crosses = async (): Promise<boolean> => (await Promise.all([INCOME.ask(pair), COMPANY.ask(pair)])).every((answer) => gatewayFault(answer) === undefined);
  const tokenProcess = (): number => Number(readFileSync(`/proc/${pair.gateway('FI').pid}/task/${pair.gateway('FI').pid}/children`, 'utf8').trim().split(' ')[0]);

  /** What the operators of both sides do. */
  async function exchangeKeys(): Promise<void> {
    const { document, fingerprint } = await exportTrust(folder(), 30, Date.now());
    const file = join(pair.data, 'keys-of-finland.json');
    writeFileSync(file, document);
    importTrust(file, pair.gateway('EE').folder, fingerprint);
  }

  before(async () => {
    hsm = makeSoftHsm();
    await hsm.make('statement', 'encryption');
    await pair.start({});
    await pair.reconfigure({ gateway: [[['pkcs11'], { ...hsm.settings, timeout: '5s' }], [['keys', 'statement'], 'pkcs11:object=statement'], [['keys', 'encryption'], 'pkcs11:object=encryption'], [['rotation'], { publishBefore: '1s', retireAfter: '2s' }]] }, ['FI']);
    await exchangeKeys();
  });
  after(async () => {
    await pair.end();
    hsm.remove();
  });

  test('exchanges cross both ways', () => eventually('both cross', crosses, PATIENCE_MS));

  test('a crash of the library harms no gateway: the next exchanges cross', async () => {
    process.kill(tokenProcess(), 'SIGKILL');
    await eventually('both cross', crosses, PATIENCE_MS);
  });

  test('without its token it refuses exchanges, says so in its health, and comes back by itself', async () => {
    hsm.takeAway();
    process.kill(tokenProcess(), 'SIGKILL');
    const ready = async () => (await fetch(`http://127.0.0.1:${pair.gateway('FI').ports.operations}/health/ready`)).json() as Promise<{ ready: boolean; warnings: string[] }>;
    await eventually('it says so', async () => (await ready()).warnings.some((text) => text.startsWith('hsm of link ee-fi is gone')), PATIENCE_MS);
    assert.equal(gatewayFault(await INCOME.ask(pair))?.['code'], 'dependency-lost');
    hsm.giveBack();
    await eventually('both cross', crosses, PATIENCE_MS);
    assert.equal((await ready()).warnings.some((text) => text.startsWith('hsm')), false);
  });

  test('a key in a token changes as one in a file does', async () => {
    const { kid } = await rotateKey({ config: folder(), role: 'statement' }, Date.now());
    const states = async (): Promise<string[]> => (await listKeys(folder())).filter(({ role }) => role === 'statement').map((line) => `${line.kid} ${line.state}`);
    await eventually('the next key is shown', async () => (await states()).includes(`${kid} next`), PATIENCE_MS);
    await exchangeKeys();
    await eventually('the next key alone is in use', async () => (await states()).join().startsWith(`${kid} in use,`) && !(await states()).some((line) => line.endsWith(' old')), PATIENCE_MS);
    assert.equal(await crosses(), true);
  });
});
