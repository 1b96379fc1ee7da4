/** Each role has a key of its own, and a closed list of what it signs (docs/trust.md, "Roles"): no other key of the same gateway signs for it. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { suite, test } from 'node:test';
import { signerOf } from '../../src/crypto/keys.ts';
import { signJws } from '../../src/crypto/jws.ts';
import { openErasure, signErasure } from '../../src/federation/erasure.ts';
import { openSuspension, signSuspension } from '../../src/federation/suspension.ts';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { b64u, withHeader } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';

const pair = makePair();
const { fi, ee } = pair;
const sealed = (await sealedRequest(pair)).fields;
const TYP = 'causeway-request+jwt';

const p256 = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ed25519 = (): KeyObject => generateKeyPairSync('ed25519').privateKey;
/** Of the sending gateway; its encryption key is the one that the receiver believes for sealing. */
const KEYS: Readonly<Record<string, KeyObject>> = { encryption: fi.opening, tls: p256(), entity: p256(), log: ed25519(), witness: ed25519() };

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

for (const [role, key] of Object.entries(KEYS)) {
  suite(`a ${role} key`, () => {
    const signed = (kid: string): string => (key.asymmetricKeyType === 'ed25519' ? underEdDSA(kid, key) : withHeader(sealed.statement, JSON.stringify({ alg: 'ES256', typ: TYP, kid }), { ...fi, signing: key }));

    test('signs no statement of an exchange, under its own kid', () => refuses(receiveAtEe(pair, { ...sealed, statement: signed(`FI-${role}`) }), 'statement-untrusted'));
    test('nor under the kid of the statement key', () => refuses(receiveAtEe(pair, { ...sealed, statement: signed('FI-statement') }), 'statement-invalid'));

    if (key.asymmetricKeyType !== 'ec') return;
    const side = { ...fi.side, statementKey: signerOf(`FI-${role}`, key) };
    test('nor a suspension', () => refuses(async () => openSuspension(await signSuspension({ ...fi, side }, { id: '00000000-0000-4000-8000-000000000000', state: 'suspended', reason: 'incident-7' }, NOW), ee, NOW), 'statement-untrusted'));
    test('nor a request for erasure', () => refuses(async () => openErasure(await signErasure({ ...fi, side }, { xid: '01890a5d-ac96-774b-bcce-b302099a8057', reason: 'file-17' }, NOW), ee, NOW), 'statement-untrusted'));
  });
}

suite('a statement key', () => {
  for (const typ of ['entity-statement+jwt', 'causeway-notices+jwt', 'jwk-set+jwt', 'trust-mark+jwt', 'JWT']) {
    test(`signs no ${typ} that would be taken for a statement`, async () => {
      const claims = Buffer.from(sealed.statement.split('.')[1] ?? '', 'base64url').toString();
      await refuses(receiveAtEe(pair, { ...sealed, statement: await signJws(typ, claims, fi.side.statementKey) }), 'statement-malformed');
    });
  }
});

/** As a signer of checkpoints would sign it. */
function underEdDSA(kid: string, key: KeyObject): string {
  const input = `${b64u(JSON.stringify({ alg: 'EdDSA', typ: TYP, kid }))}.${sealed.statement.split('.')[1] ?? ''}`;
  return `${input}.${b64u(sign(null, Buffer.from(input), createPrivateKey(key.export({ type: 'pkcs8', format: 'pem' }))))}`;
}
