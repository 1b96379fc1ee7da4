/** Keys that were ours: what they signed stays, and somebody will have to judge it (OpenID Federation 1.0, section 8.7). */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { CausewayError } from '../../errors.ts';
import { signDocument } from '../../crypto/signed-document.ts';
import type { Signer } from '../../crypto/jws.ts';
import { writeDurably } from '../../platform/durable-file.ts';
import { ROTATING } from './key-plan.ts';

const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const entry = v.strictObject({ role: v.picklist(ROTATING), kid: v.string(), kty: v.string(), crv: v.string(), x: v.string(), y: v.string(), exp: seconds, reason: v.picklist(['superseded', 'compromised']) });

/** `exp`: seconds, when it was retired. */
export type RetiredOwnKey = v.InferOutput<typeof entry>;

function fileOf(data: string): string {
  return join(data, 'keys', 'history.json');
}

/** Throws `config-invalid` for a file that is none: a key that is missing from it could not be judged any more. */
export function readHistory(data: string): readonly RetiredOwnKey[] {
  const file = fileOf(data);
  if (!existsSync(file)) return [];
  try {
    return v.parse(v.array(entry), JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new CausewayError('config-invalid', `${file} is not a list of retired keys: take it from a backup`, { cause });
  }
}

/** Durable when it resolves; a key that is there already stays as it is. */
export async function addToHistory(data: string, key: RetiredOwnKey): Promise<void> {
  const before = readHistory(data);
  if (!before.some(({ role, kid }) => role === key.role && kid === key.kid)) await writeDurably(fileOf(data), `${JSON.stringify([...before, key], undefined, 2)}\n`);
}

/** What signed, and signs no more; encryption and TLS keys leave nothing behind that would need them. */
export function historicalOwnKeys(entity: string, history: readonly RetiredOwnKey[], signer: Signer, now: number): Promise<string> {
  const signed = history.filter(({ role }) => role === 'entity' || role === 'statement');
  const keys = signed.map(({ kid, kty, crv, x, y, exp, reason }) => ({ kid, kty, crv, x, y, use: 'sig', exp, revoked: { revoked_at: exp, reason } }));
  return signDocument('jwk-set+jwt', { iss: entity, iat: Math.floor(now / 1000), keys }, signer);
}
