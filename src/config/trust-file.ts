/** trust/<COUNTRY>.json: the public keys of a peer, exchanged out of band (`causeway trust export` and `import`). */
import * as v from 'valibot';
import type { DeepReadonly } from './freeze.ts';
import { base64Of32, country, httpsUrl, instant, record, text } from './values.ts';

const window = { notBefore: instant(), notAfter: instant() };
const jwk = record({ kty: v.literal('EC', 'expected EC'), crv: v.literal('P-256', 'expected P-256'), x: text(), y: text() });
const keyList = v.pipe(v.array(record({ kid: text(), publicKey: jwk, ...window })), v.minLength(1, 'name at least one key'));

export function trustSchema() {
  return record({
    entity: httpsUrl(),
    country: country(),
    statement: v.pipe(keyList, v.description('Keys that may sign statements.')),
    encryption: v.pipe(keyList, v.description('Keys to encrypt for; of those valid now the newest is used.')),
    tls: v.pipe(v.array(record({ spki: base64Of32(), ...window })), v.minLength(1, 'name at least one pin'), v.description('SHA-256 of the SubjectPublicKeyInfo of each TLS key.')),
    log: v.exactOptional(v.pipe(record({ key: base64Of32() }), v.description("Ed25519 public key of the gateway's log, for the agreement."))),
    witness: v.exactOptional(v.pipe(record({ key: base64Of32() }), v.description("Ed25519 public key of the gateway's witness, for the agreement."))),
    interval: v.exactOptional(v.pipe(record({ key: base64Of32() }), v.description('Ed25519 public key of its interval notes, for the agreement.'))),
  });
}

export type TrustFile = DeepReadonly<v.InferOutput<ReturnType<typeof trustSchema>>>;
