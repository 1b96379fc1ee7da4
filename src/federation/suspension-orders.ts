/** Orders of operators to suspend and to resume: signed files in `<data>/suspensions`, and what the gateway made of each (protocol.md, "Stopping"). */
import { join } from 'node:path';
import * as v from 'valibot';
import { isSigned } from '../crypto/operator-key.ts';
import { CausewayError } from '../errors.ts';
import { RequestFolder } from '../platform/request-folder.ts';

/** One person stops; to go on takes two. */
export const SIGNERS = { suspend: 1, resume: 2 } as const;

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A file number or a code, as it may stand in an entry: never a person. */
export const REASON = /^[!-~]{1,200}$/;

const ms = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const federated = v.pipe(v.string(), v.maxLength(400), v.regex(/^[A-Z]{2}(?:\/[!-.0-~]{1,200}){2,5}$/, 'a federated identifier'));
const common = { v: v.literal(1), id: v.pipe(v.string(), v.regex(ID)), link: v.string(), reason: v.pipe(v.string(), v.regex(REASON, 'visible ASCII without spaces')), at: ms };

const suspendOrder = v.strictObject({
  ...common,
  action: v.literal('suspend'),
  /** As this gateway sees it. */
  leg: v.exactOptional(v.picklist(['outbound', 'inbound'])),
  service: v.exactOptional(federated),
  member: v.exactOptional(federated),
  /** When it makes sense to come back: told to callers. Nothing resumes by itself. */
  until: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/, 'a time in UTC such as 2026-01-01T00:00:00Z'), v.check((text) => !Number.isNaN(Date.parse(text)), 'a time in UTC'))),
});
const resumeOrder = v.strictObject({ ...common, action: v.literal('resume') });

const signatures = v.array(v.strictObject({ key: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{43}=$/)), signature: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]{86}==$/)) }));
const recorded = v.strictObject({ at: ms, origin: v.string(), index: ms });

const suspendFile = v.strictObject({ order: suspendOrder, signatures });
const resumeFile = v.strictObject({ order: resumeOrder, signatures });
const outcomeFile = v.strictObject({
  /** Our entries. */
  suspended: v.exactOptional(recorded),
  resumed: v.exactOptional(recorded),
  /** The peer has taken our word of it: UTC milliseconds. */
  told: v.exactOptional(v.strictObject({ suspended: v.exactOptional(ms), resumed: v.exactOptional(ms) })),
});

export type SuspendOrder = v.InferOutput<typeof suspendOrder>;
export type ResumeOrder = v.InferOutput<typeof resumeOrder>;
export type SignedOrder<O extends SuspendOrder | ResumeOrder> = { readonly order: O; readonly signatures: v.InferOutput<typeof signatures> };
export type SuspensionOutcome = v.InferOutput<typeof outcomeFile>;

/** Operators write the first two, the gateway the third: no file has two writers at a time. */
export interface SuspensionFolders {
  readonly suspend: RequestFolder<SignedOrder<SuspendOrder>>;
  readonly resume: RequestFolder<SignedOrder<ResumeOrder>>;
  readonly outcome: RequestFolder<SuspensionOutcome>;
}

export function suspensionFolders(data: string): SuspensionFolders {
  const within = (name: string): string => join(data, 'suspensions', name);
  return {
    suspend: new RequestFolder(within('suspend'), (value) => parse(suspendFile, value)),
    resume: new RequestFolder(within('resume'), (value) => parse(resumeFile, value)),
    outcome: new RequestFolder(within('outcome'), (value) => parse(outcomeFile, value)),
  };
}

/** Checks an order before it is signed. Throws `config-invalid`. */
export function checkOrder<O extends SuspendOrder | ResumeOrder>(order: O): O {
  parse(order.action === 'suspend' ? suspendOrder : resumeOrder, order);
  return order;
}

export interface Operator {
  readonly name: string;
  readonly key: string;
}

/** Names of the operators who signed, each once. Signatures that do not verify, and keys of nobody, count for nothing. */
export function signersOf({ order, signatures: all }: SignedOrder<SuspendOrder | ResumeOrder>, operators: readonly Operator[]): string[] {
  return operators.filter(({ key }) => all.some((one) => one.key === key && isSigned(order, one))).map(({ name }) => name);
}

/** Whether as many different operators signed as such an order takes. */
export function isOrdered(file: SignedOrder<SuspendOrder | ResumeOrder>, operators: readonly Operator[]): boolean {
  return signersOf(file, operators).length >= SIGNERS[file.order.action];
}

function parse<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new CausewayError('config-invalid', `not an order of an operator: ${v.getDotPath(issue) ?? ''} ${issue.message}`);
}
