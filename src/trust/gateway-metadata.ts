/** What a gateway says of itself as a `cross_border_gateway`: country, environment, algorithms, and the keys of each role with their times. */
import * as v from 'valibot';
import { CausewayError } from '../errors.ts';
import type { VerifiedChain } from './chain.ts';
import type { TrustDocument } from './static-trust.ts';

export const ENTITY_TYPE = 'cross_border_gateway';
export const SIGNING_ALGORITHMS = ['ES256'];
export const SEALING_ALGORITHMS = ['ECDH-ES+A256KW'];

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(500));
const instant = v.pipe(v.string(), v.isoTimestamp());
const times = { notBefore: instant, notAfter: instant };
const keys = v.pipe(v.array(v.object({ kid: text, publicKey: v.object({ kty: v.literal('EC'), crv: v.literal('P-256'), x: text, y: text }), ...times })), v.minLength(1), v.maxLength(20));

const gateway = v.looseObject({
  country: text,
  environment: text,
  signing_algorithms: v.array(text),
  sealing_algorithms: v.array(text),
  statement: keys,
  encryption: keys,
  tls: v.pipe(v.array(v.object({ spki: text, ...times })), v.minLength(1), v.maxLength(20)),
});

/** The peer as the link names it: nothing that its metadata says can make it another. */
export interface ExpectedPeer {
  readonly entity: string;
  readonly country: string;
  readonly environment: string;
  /** Types of the trust marks that the link demands (trust-marks.ts). */
  readonly trustMarks?: readonly string[];
}

/** The keys of a verified chain's gateway. Throws `chain-malformed`, and `chain-untrusted` for a gateway of another country or environment. */
export function gatewayKeys(chain: VerifiedChain, expected: ExpectedPeer): TrustDocument {
  const parsed = v.safeParse(gateway, chain.metadata[ENTITY_TYPE]);
  if (!parsed.success) throw new CausewayError('chain-malformed', `${chain.subject} has no metadata as ${ENTITY_TYPE}: ${v.getDotPath(parsed.issues[0]) ?? ''} ${parsed.issues[0].message}`);
  const { country, environment, signing_algorithms: signing, sealing_algorithms: sealing, statement, encryption, tls } = parsed.output;
  for (const [what, says, must] of [['entity', chain.subject, expected.entity], ['country', country, expected.country], ['environment', environment, expected.environment]] as const) {
    if (says !== must) throw new CausewayError('chain-untrusted', `${chain.subject}: ${what} is ${says}, the link says ${must}`);
  }
  if (!signing.includes('ES256') || !sealing.includes('ECDH-ES+A256KW')) throw new CausewayError('chain-untrusted', `${chain.subject} and its superiors allow no algorithm that is spoken here`);
  return { entity: chain.subject, country, statement, encryption, tls };
}
