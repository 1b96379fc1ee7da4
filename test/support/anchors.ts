/** Two anchors as their people make them with the command line's own functions, and a gateway of each that they state. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anchorInit, anchorIssue } from '../../src/trust/anchor-work.ts';
import { statementKey } from '../../src/crypto/keys.ts';
import { publicJwk, signDocument } from '../../src/crypto/signed-document.ts';
import type { PublicJwk } from '../../src/crypto/signed-document.ts';
import { fingerprintOf } from '../../src/platform/fingerprint.ts';
import { spkiPin } from '../../src/platform/spki.ts';
import { placesOf } from '../../src/trust/sources.ts';
import type { Places } from '../../src/trust/sources.ts';
import type { PinnedAnchor } from '../../src/trust/chain.ts';
import { readAnchor } from '../../src/trust/anchor-folder.ts';
import { generateKeyPairSync } from 'node:crypto';

export const ENVIRONMENT = 'test';
export const ENTITY = { ee: 'https://anchor.ee.example', fi: 'https://anchor.fi.example', gateway: 'https://gateway.fi.example' };

function p256(): { readonly key: ReturnType<typeof statementKey>; readonly jwk: PublicJwk; readonly pin: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = statementKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return { key, jwk: publicJwk(key), pin: spkiPin(publicKey) };
}

/** Keys of the Finnish gateway, and where its configuration lies. */
export class TestGateway {
  readonly entityKey = p256();
  statement = p256();
  encryption = p256();
  tls = p256();
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get file(): string {
    return join(this.folder, '.well-known', 'openid-federation');
  }

  get fingerprint(): string {
    return fingerprintOf({ entity: ENTITY.gateway, keys: [this.entityKey.jwk] });
  }

  /** Signs its configuration, for a day. `changes` are of its metadata, `more` of its claims. */
  async publish(now: number, changes: object = {}, more: object = {}): Promise<void> {
    const times = { notBefore: new Date(now - 86_400_000).toISOString(), notAfter: new Date(now + 86_400_000).toISOString() };
    const listed = (jwk: PublicJwk) => ({ kid: jwk.kid, publicKey: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, ...times });
    const metadata = { country: 'FI', environment: ENVIRONMENT, signing_algorithms: ['ES256'], sealing_algorithms: ['ECDH-ES+A256KW'], statement: [listed(this.statement.jwk)], encryption: [listed(this.encryption.jwk)], tls: [{ spki: this.tls.pin, ...times }], ...changes };
    const claims = { iss: ENTITY.gateway, sub: ENTITY.gateway, iat: Math.floor(now / 1000), exp: Math.floor(now / 1000) + 86_400, jwks: { keys: [this.entityKey.jwk] }, authority_hints: [ENTITY.fi], metadata: { cross_border_gateway: metadata }, ...more };
    mkdirSync(join(this.folder, '.well-known'), { recursive: true });
    writeFileSync(this.file, await signDocument('entity-statement+jwt', claims, this.entityKey.key));
  }

  renew(role: 'statement' | 'encryption' | 'tls'): void {
    this[role] = p256();
  }
}

export interface Anchors {
  readonly root: string;
  readonly ee: string;
  readonly fi: string;
  readonly gateway: TestGateway;
  readonly pin: PinnedAnchor;
  readonly places: Places;
  remove(): void;
}

/** Estonia's anchor states Finland's, which has agreed, and which states its gateway. */
export async function makeAnchors(now: number): Promise<Anchors> {
  const root = mkdtempSync(join(tmpdir(), 'causeway-anchors-'));
  const [ee, fi] = [join(root, 'ee'), join(root, 'fi')];
  const gateway = new TestGateway(join(root, 'gateway'));
  await anchorInit({ folder: ee, entity: ENTITY.ee, country: 'EE', environment: ENVIRONMENT, superiors: [] }, now);
  const fingerprint = await anchorInit({ folder: fi, entity: ENTITY.fi, country: 'FI', environment: ENVIRONMENT, superiors: [ENTITY.ee] }, now);
  await gateway.publish(now);
  await anchorIssue({ folder: fi, file: gateway.file, kind: 'gateway', names: [], fingerprint: gateway.fingerprint }, now);
  await anchorIssue({ folder: ee, file: configurationOf(fi), kind: 'anchor', names: ['.fi.example'], fingerprint }, now);
  return {
    root,
    ee,
    fi,
    gateway,
    pin: { entity: ENTITY.ee, keys: [readAnchor(ee).register.anchorKey] },
    places: placesOf({ [ENTITY.ee]: [join(ee, 'public')], [ENTITY.fi]: [join(fi, 'public')], [ENTITY.gateway]: [gateway.folder] }),
    remove: () => rmSync(root, { recursive: true }),
  };
}

export function configurationOf(folder: string): string {
  return join(folder, 'public', '.well-known', 'openid-federation');
}
