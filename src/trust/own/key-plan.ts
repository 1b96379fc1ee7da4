/**
 * The change of one key of ours, from its order to its end, as a file that the gateway writes before each step: what a key is at a time
 * follows from it alone, so a gateway that was killed goes on where it was.
 */
import { join } from 'node:path';
import * as v from 'valibot';
import { CausewayError } from '../../errors.ts';
import { RequestFolder } from '../../platform/request-folder.ts';

/** Roles whose keys change while exchanges go on. Log and witness keys stand in the agreement and change with it. */
export const ROTATING = ['entity', 'statement', 'encryption', 'tls'] as const;
export type RotatingRole = (typeof ROTATING)[number];

/** Roles of `causeway keys rotate`: those, and the key-encryption key of the evidence, which no peer ever sees (exchange/rotating-evidence.ts). */
export const ORDERED = [...ROTATING, 'evidence'] as const;

/** The order of a planned change; one after a compromise leaves out `published`. */
export const STATES = ['prepared', 'published', 'in-use', 'retired'] as const;

const ms = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const role = v.picklist(ROTATING);
const jwk = v.strictObject({ kty: v.string(), crv: v.string(), x: v.string(), y: v.string() });

const plan = v.strictObject({
  v: v.literal(1),
  /** Of the order. */
  id: v.string(),
  role,
  reason: v.picklist(['planned', 'compromised']),
  state: v.picklist(STATES),
  /** `kid`, or the pin of a TLS key. */
  old: v.string(),
  next: v.string(),
  oldKey: jwk,
  preparedAt: ms,
  publishedAt: v.exactOptional(ms),
  /** Not used before, however soon the peers know it. */
  useFrom: v.exactOptional(ms),
  usedAt: v.exactOptional(ms),
  retireFrom: v.exactOptional(ms),
  /** Why it has not gone on: for operators. */
  waiting: v.exactOptional(v.string()),
});

const order = v.strictObject({ v: v.literal(1), id: v.string(), role: v.picklist(ORDERED), action: v.picklist(['rehearse', 'rotate']), reason: v.picklist(['planned', 'compromised']), at: ms });

const verdict = v.strictObject({ link: v.string(), peer: v.string(), accepted: v.boolean(), text: v.string() });
const outcome = v.strictObject({ v: v.literal(1), id: v.string(), at: ms, refused: v.exactOptional(v.string()), kid: v.exactOptional(v.string()), peers: v.exactOptional(v.array(verdict)) });

export type KeyPlan = v.InferOutput<typeof plan>;
export type KeyOrder = v.InferOutput<typeof order>;
export type KeyOutcome = v.InferOutput<typeof outcome>;
/** Whether a peer would believe a key, and if not, why. */
export type KeyVerdict = v.InferOutput<typeof verdict>;

/** Operators write the first one, the gateway the others. Plans are named by their role: one change of a role at a time. */
export interface KeyFolders {
  readonly orders: RequestFolder<KeyOrder>;
  readonly outcomes: RequestFolder<KeyOutcome>;
  readonly plans: RequestFolder<KeyPlan>;
}

export function keyFolders(data: string): KeyFolders {
  const within = <S extends v.GenericSchema>(name: string, schema: S) => new RequestFolder<v.InferOutput<S>>(join(data, 'keys', name), (value) => parse(schema, value));
  return { orders: within('orders', order), outcomes: within('outcomes', outcome), plans: within('plans', plan) };
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new CausewayError('config-invalid', `not a change of a key: ${v.getDotPath(result.issues[0]) ?? ''} ${result.issues[0].message}`);
}
