/** `causeway suspend`, `resume` and `suspensions`: orders of operators, signed, in the folder that the gateway looks into. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../config/config.ts';
import { signOrder } from '../crypto/operator-key.ts';
import { CausewayError } from '../errors.ts';
import { SIGNERS, checkOrder, isOrdered, signersOf, suspensionFolders } from '../federation/suspension-orders.ts';
import type { Operator, ResumeOrder, SignedOrder, SuspendOrder } from '../federation/suspension-orders.ts';

/** A gateway that runs looks four times a second. */
const WAIT_MS = 3000;
const POLL_MS = 50;

export interface SuspendArguments {
  readonly config: string;
  readonly link?: string;
  readonly leg?: string;
  readonly service?: string;
  readonly member?: string;
  readonly reason: string;
  readonly until?: string;
  /** The operator's private key. */
  readonly key: string;
}

export interface ResumeArguments {
  readonly config: string;
  readonly suspension: string;
  readonly reason: string;
  readonly key: string;
}

export interface SuspensionLine {
  readonly id: string;
  readonly link: string;
  readonly leg?: string;
  readonly service?: string;
  readonly member?: string;
  readonly reason: string;
  readonly until?: string;
  /** RFC 3339: when it was ordered. */
  readonly at: string;
  readonly by: readonly string[];
  /** `ordered`: the gateway has not recorded it yet, since it does not run or its trail waits for the peer. */
  readonly state: 'ordered' | 'suspended' | 'resume approved by one' | 'resumed';
  /** The peer has taken our word of the present state. */
  readonly peerKnows: boolean;
}

/** Throws `config-invalid` for a link that is not here, an identifier, time or reason that is none, or a key that is not of `operators`. `now`: UTC milliseconds. */
export async function suspend({ config: folder, key, link, leg, service, member, reason, until }: SuspendArguments, now: number): Promise<SuspensionLine> {
  const config = loadConfig(folder);
  const order = { v: 1, action: 'suspend', id: randomUUID(), link: linkOf(link, config.links.map(({ agreements }) => agreements[0].id)), ...defined({ leg, service, member, until }), reason, at: now } as SuspendOrder;
  const file = signed(checkOrder(order), key, [], config.operators);
  await suspensionFolders(config.data).suspend.write(order.id, file);
  return shown(config.data, order.id, config.operators, ({ state }) => state === 'suspended');
}

/** The first operator orders it, a second one approves the same order. Throws as suspend, and for a suspension that is not there. */
export async function resume({ config: folder, key, suspension, reason }: ResumeArguments, now: number): Promise<SuspensionLine> {
  const config = loadConfig(folder);
  const folders = suspensionFolders(config.data);
  const suspended = await folders.suspend.find(suspension);
  if (suspended === undefined) throw new CausewayError('config-invalid', `there is no suspension ${suspension}: \`causeway suspensions\` lists them`);
  const begun = await folders.resume.find(suspension);
  const order: ResumeOrder = begun?.order ?? checkOrder({ v: 1, action: 'resume', id: suspension, link: suspended.order.link, reason, at: now });
  const file = signed(order, key, begun?.signatures ?? [], config.operators);
  await folders.resume.write(suspension, file);
  if (!isOrdered(file, config.operators)) return shown(config.data, suspension, config.operators, () => true);
  return shown(config.data, suspension, config.operators, ({ state }) => state === 'resumed');
}

/** All of them, oldest first, beside a running gateway or without one. */
export async function suspensions(folder: string): Promise<readonly SuspensionLine[]> {
  const { data, operators } = loadConfig(folder);
  const lines = await Promise.all((await suspensionFolders(data).suspend.ids()).map((id) => lineOf(data, id, operators)));
  return lines.sort((a, b) => (a.at < b.at ? -1 : 1));
}

export function renderSuspensions(lines: readonly SuspensionLine[]): string {
  if (lines.length === 0) return 'nothing is suspended';
  return lines
    .map(({ id, link, leg, service, member, reason, until, at, by, state, peerKnows }) => {
      const what = [`link ${link}`, leg, service && `service ${service}`, member && `member ${member}`].filter((part) => part !== undefined && part !== '').join(', ');
      return `${id} ${state}: ${what}\n  ${reason}, ordered ${at} by ${by.join(', ')}${until === undefined ? '' : `, until ${until}`}${peerKnows ? '; the peer knows' : '; the peer does not know yet'}`;
    })
    .join('\n');
}

function signed<O extends SuspendOrder | ResumeOrder>(order: O, keyFile: string, before: SignedOrder<O>['signatures'], operators: readonly Operator[]): SignedOrder<O> {
  const signature = signOrder(order, keyFile);
  if (!operators.some(({ key }) => key === signature.key)) throw new CausewayError('config-invalid', `${keyFile} is the key of no operator: gateway.yaml, operators, needs { name, key: "${signature.key}" }, and the gateway a restart`);
  if (before.some(({ key }) => key === signature.key)) throw new CausewayError('config-invalid', `this operator has signed already: another one must approve (${SIGNERS[order.action]} are needed)`);
  return { order, signatures: [...before, signature] };
}

async function shown(data: string, id: string, operators: readonly Operator[], done: (line: SuspensionLine) => boolean): Promise<SuspensionLine> {
  for (let waited = 0; ; waited += POLL_MS) {
    const line = await lineOf(data, id, operators);
    if (done(line) || waited >= WAIT_MS) return line;
    await sleep(POLL_MS);
  }
}

async function lineOf(data: string, id: string, operators: readonly Operator[]): Promise<SuspensionLine> {
  const folders = suspensionFolders(data);
  const file = await folders.suspend.read(id);
  const outcome = (await folders.outcome.find(id)) ?? {};
  const approving = outcome.resumed === undefined && (await folders.resume.find(id)) !== undefined;
  const { link, leg, service, member, reason, until, at } = file.order;
  const state = outcome.resumed !== undefined ? 'resumed' : approving ? 'resume approved by one' : outcome.suspended !== undefined ? 'suspended' : 'ordered';
  const peerKnows = (outcome.resumed === undefined ? outcome.told?.suspended : outcome.told?.resumed) !== undefined;
  return { id, link, ...defined({ leg, service, member, until }), reason, at: new Date(at).toISOString(), by: signersOf(file, operators), state, peerKnows };
}

function linkOf(named: string | undefined, links: readonly string[]): string {
  const [only, ...more] = links;
  const link = named ?? (more.length === 0 ? only : undefined);
  if (link === undefined || !links.includes(link)) throw new CausewayError('config-invalid', `--link must be one of ${links.join(', ')}`);
  return link;
}

function defined<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
}
