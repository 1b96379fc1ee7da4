/** `causeway keys make-in-token`: the keys that gateway.yaml has in its token, made there. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readGateway } from '../config/config.ts';
import type { GatewayConfig } from '../config/config.ts';
import { KeyFiles } from '../crypto/key-files.ts';
import { KeyStore, isInToken } from '../crypto/key-store.ts';
import type { TokenCurve } from '../crypto/hsm/messages.ts';
import { Token } from '../crypto/hsm/token.ts';
import { rawPublic } from '../crypto/public-parts.ts';
import { CausewayError } from '../errors.ts';
import { KekFile } from '../evidence/kek-file.ts';
import { KekRing } from '../evidence/kek-ring.ts';

export interface TokenKey {
  readonly role: string;
  readonly place: string;
  readonly made: boolean;
  /** Key id, or the base64 key as it stands in the agreement. */
  readonly public: string;
}

/** A file of `keys.evidence` that is not there is made too, under its master. Throws `config-invalid` where gateway.yaml has no key in a token, or one there is of another kind; `dependency-lost` for a token that is not there. */
export async function makeKeysInToken(folder: string): Promise<TokenKey[]> {
  const config = readGateway(folder);
  const wanted = placesOf(config).filter(({ place }) => isInToken(place));
  if (config.pkcs11 === undefined || wanted.length === 0) throw new CausewayError('config-invalid', 'gateway.yaml has no key of the form pkcs11:object=<label> and a group `pkcs11`');
  const token = new Token(config.pkcs11);
  const store = new KeyStore(new KeyFiles(), token);
  try {
    const keys: TokenKey[] = [];
    for (const { role, place, curve } of wanted) {
      const made = await store.make(place, curve);
      keys.push({ role, place, made, public: curve === 'P-256' ? (await store.signer(place)).kid : rawPublic((await store.ed25519(place, role)).key) });
    }
    if (config.keys.evidenceMaster !== undefined && !existsSync(config.keys.evidence)) await new KekFile(config.keys, store).write(KekRing.of(randomBytes(32)).content);
    return keys;
  } finally {
    await token.close();
  }
}

function placesOf({ keys, federation }: Pick<GatewayConfig, 'keys' | 'federation'>): { readonly role: string; readonly place: string; readonly curve: TokenCurve }[] {
  return [
    { role: 'statement', place: keys.statement, curve: 'P-256' },
    { role: 'encryption', place: keys.encryption, curve: 'P-256' },
    ...(federation === undefined ? [] : [{ role: 'entity', place: federation.entityKey, curve: 'P-256' as const }]),
    { role: 'log', place: keys.log, curve: 'Ed25519' },
    { role: 'witness', place: keys.witness, curve: 'Ed25519' },
    ...(keys.logNext === undefined ? [] : [{ role: 'logNext', place: keys.logNext, curve: 'Ed25519' as const }]),
    ...(keys.witnessNext === undefined ? [] : [{ role: 'witnessNext', place: keys.witnessNext, curve: 'Ed25519' as const }]),
    ...(keys.evidenceMaster === undefined ? [] : [{ role: 'evidence', place: keys.evidenceMaster, curve: 'P-256' as const }]),
    ...(keys.interval === undefined ? [] : [{ role: 'interval', place: keys.interval, curve: 'Ed25519' as const }]),
  ];
}

export function renderTokenKeys(keys: readonly TokenKey[]): string {
  return keys.map(({ role, place, made, public: shown }) => `${role.padEnd(11)} ${shown.padEnd(44)} ${place}, ${made ? 'made' : 'was there'}`).join('\n');
}
