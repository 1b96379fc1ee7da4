/** Keys in a PKCS#11 token: signing and opening, against node:crypto; then a gateway whose token is taken away and given back. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listKeys, rotateKey } from '../../src/cli/keys-rotate.ts';
import { evidenceExport } from '../../src/cli/evidence-export.ts';
import { exportTrust, importTrust } from '../../src/cli/trust.ts';
import { Token } from '../../src/crypto/hsm/token.ts';
import { decryptJwe, encryptJwe } from '../../src/crypto/jwe.ts';
import { parseJws, signJws, verifyJws } from '../../src/crypto/jws.ts';
import { KeyFiles } from '../../src/crypto/key-files.ts';
import { KeyStore } from '../../src/crypto/key-store.ts';
import { secretForm } from '../../src/crypto/sealed-secret.ts';
import { openerOf } from '../../src/crypto/keys.ts';
import { checkpointText, openCheckpoint } from '../../src/trail/checkpoint.ts';
import { cosignatureVerifier, cosigner } from '../../src/trail/cosignature.ts';
import { ed25519Signer, ed25519Verifier, formatNote, signatureLine } from '../../src/trail/note.ts';
import { openReadOnly } from '../../src/trail/sqlite/layout.ts';
import { eventually } from '../support/eventually.ts';
import { COMPANY, INCOME, gatewayFault } from '../support/questions.ts';
import { refuses } from '../support/refused.ts';
import { RunningPair } from '../support/running-pair.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { makeSoftHsm, noSoftHsm } from '../support/softhsm.ts';
import type { SoftHsm } from '../support/softhsm.ts';

const skip = noSoftHsm();
const PATIENCE_MS = 60_000;
/** Ed25519. */
const CHECKPOINT_KEYS = ['log', 'witness', 'interval'] as const;

suite('a token', { skip }, () => {
  let hsm: SoftHsm;
  let token: Token;
  let store: KeyStore;
  before(async () => {
    hsm = makeSoftHsm();
    await hsm.make('P-256', 'a', 'b');
    await hsm.make('Ed25519', 'log');
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

  test('signs with Ed25519 what node:crypto verifies: a checkpoint, and a cosignature', async () => {
    const key = await store.ed25519('pkcs11:object=log', 'log');
    const text = checkpointText({ origin: 'ee.example/trail/ee-fi/2026h2', size: 3, root: Buffer.alloc(32, 1) });
    const note = formatNote(text, await Promise.all([ed25519Signer('ee.example/trail/ee-fi/2026h2', key), cosigner('fi.example/witness', key, Date.now())].map((signer) => signatureLine(signer, text))));
    const { cosigned } = openCheckpoint(note, ed25519Verifier('ee.example/trail/ee-fi/2026h2', key.key), [cosignatureVerifier('fi.example/witness', key.key)]);
    assert.deepEqual(cosigned, ['fi.example/witness']);
  });

  test('a key of another kind than its role needs is refused', async () => {
    await assert.rejects(store.ed25519('pkcs11:object=a', 'log'), { code: 'config-invalid', message: /no Ed25519 key/ });
    await assert.rejects(store.signer('pkcs11:object=log'), { code: 'config-invalid', message: /no key on P-256/ });
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

  test('a secret in a file is encrypted for its key, opens with the token alone, and not for another key', async () => {
    const sealed = await store.sealSecret('secret', 'pkcs11:object=b');
    assert.equal(secretForm(sealed), 'token');
    assert.equal(await store.openSecret(sealed, 'pkcs11:object=b', 'a.kek'), 'secret');
    await assert.rejects(store.openSecret(sealed, 'pkcs11:object=a', 'a.kek'), { code: 'config-invalid', message: 'a.kek is not encrypted for the key pkcs11:object=a' });
    await assert.rejects(store.openSecret(sealed, undefined, 'a.kek'), { code: 'config-invalid', message: /gateway.yaml does not name it/ });
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
    await store.make('pkcs11:object=a.next', 'P-256');
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

  /** New ones, and those that stand in the agreement already. */
  async function makeKeysInToken(): Promise<void> {
    await hsm.make('P-256', 'statement', 'encryption', 'evidence');
    for (const role of CHECKPOINT_KEYS) {
      const file = join(folder(), 'keys', `${role}.key.pem`);
      hsm.import(role, file);
      rmSync(file);
    }
  }

  /** Of Estonia's log of the link: its entries, and those under a checkpoint that Finland cosigned. */
  function published(): { readonly size: number; readonly cosigned: number } {
    const db = openReadOnly(pair.store('EE'));
    const row = db.prepare("SELECT head.size, checkpoint.size AS cosigned FROM origin JOIN head ON head.origin = origin.id JOIN checkpoint ON checkpoint.origin = origin.id WHERE log = 'ee-fi'").get();
    db.close();
    return { size: Number(row?.['size']), cosigned: Number(row?.['cosigned']) };
  }
  const allCosigned = () => published().size === published().cosigned;

  /** What the operators of both sides do. */
  async function exchangeKeys(): Promise<void> {
    const { document, fingerprint } = await exportTrust(folder(), 30, Date.now());
    const file = join(pair.data, 'keys-of-finland.json');
    writeFileSync(file, document);
    importTrust(file, pair.gateway('EE').folder, fingerprint);
  }

  before(async () => {
    hsm = makeSoftHsm();
    await pair.start({});
    await makeKeysInToken();
    await pair.reconfigure({ gateway: [[['pkcs11'], { ...hsm.settings, timeout: '5s' }], [['keys', 'statement'], 'pkcs11:object=statement'], [['keys', 'encryption'], 'pkcs11:object=encryption'], [['keys', 'evidenceMaster'], 'pkcs11:object=evidence'], ...CHECKPOINT_KEYS.map((role): [string[], string] => [['keys', role], `pkcs11:object=${role}`]), [['rotation'], { publishBefore: '1s', retireAfter: '2s' }]] }, ['FI']);
    await exchangeKeys();
  });
  after(async () => {
    await pair.end();
    hsm.remove();
  });

  test('exchanges cross both ways, and its witness cosigns them', async () => {
    await eventually('both cross', crosses, PATIENCE_MS);
    await eventually('all is cosigned', allCosigned, PATIENCE_MS);
  });

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
    const before = published();
    // Estonia records its question; Finland cannot even sign a refusal.
    assert.ok(gatewayFault(await COMPANY.ask(pair)));
    await sleep(3000);
    assert.deepEqual([published().cosigned, published().size > before.size], [before.cosigned, true], 'nothing was cosigned meanwhile');
    hsm.giveBack();
    await eventually('both cross', crosses, PATIENCE_MS);
    await eventually('all is cosigned', allCosigned, PATIENCE_MS);
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

  test('the evidence key that lay in the clear changes into one that the token alone opens, and evidence of before opens', async () => {
    const file = join(folder(), 'keys/evidence.kek');
    const clear = readFileSync(file, 'utf8').trim();
    assert.equal(secretForm(clear), 'clear');
    const xid = pair.lastAsked('FI');
    const { kid } = await rotateKey({ config: folder(), role: 'evidence' }, Date.now());
    assert.equal(secretForm(readFileSync(file, 'utf8').trim()), 'token');
    const lines = async () => (await listKeys(folder())).filter(({ role }) => role === 'evidence').map((line) => `${line.kid} ${line.state}`);
    await eventually('the old key is gone', async () => (await lines()).join() === `${kid} in use`, PATIENCE_MS);
    await evidenceExport({ config: folder(), exchange: xid, reason: 'case-17', operator: 'M. Mets', out: join(pair.data, 'case-17.json') }, Date.now());
    const { records } = JSON.parse(readFileSync(join(pair.data, 'case-17.json'), 'utf8')) as { records: { statement: string }[] };
    assert.deepEqual(records.map(({ statement }) => statement.split('.').length), [3, 3]);
    assert.equal(await crosses(), true);
  });

  test('without its token it does not start, since nothing opens the evidence key', async () => {
    pair.gateway('FI').signal('SIGTERM');
    await pair.gateway('FI').ended;
    hsm.takeAway();
    await assert.rejects(pair.restart('FI'), /the token .*causeway.* is not there/);
    hsm.giveBack();
    await pair.restart('FI');
    await eventually('both cross', crosses, PATIENCE_MS);
  });
});
