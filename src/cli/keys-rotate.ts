/** `causeway keys rotate` and `keys list`: an order for the running gateway, and how far it has come. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readGateway } from '../config/config.ts';
import { CausewayError } from '../errors.ts';
import { KekFile } from '../evidence/kek-file.ts';
import { kekId } from '../evidence/kek-ring.ts';
import type { KekRingContent } from '../evidence/kek-ring.ts';
import { readHistory } from '../trust/own/key-history.ts';
import { ORDERED, ROTATING, keyFolders } from '../trust/own/key-plan.ts';
import type { KeyOrder, KeyOutcome, KeyPlan, RotatingRole } from '../trust/own/key-plan.ts';
import { OwnKeys } from '../trust/own/own-keys.ts';

export interface RotateArguments {
  readonly config: string;
  readonly role: string;
  readonly dryRun?: boolean;
  readonly compromised?: boolean;
}

const PATIENCE_MS = 30_000;
const LOOK_MS = 100;

const ELSEWHERE: Readonly<Record<string, string>> = {
  log: 'it stands in the agreement: put the next one into keys.logNext, and into a new version (docs/runbooks/rotate-keys.md)',
  witness: 'it stands in the agreement: put the next one into keys.witnessNext, and into a new version (docs/runbooks/rotate-keys.md)',
};

/** What the gateway made of the order. Throws `config-invalid` for a role that is none, and where no gateway took the order; it stays for the next start. */
export async function rotateKey({ config: folder, role, dryRun = false, compromised = false }: RotateArguments, now: number): Promise<KeyOutcome> {
  const { data } = readGateway(folder);
  const known = ORDERED.find((one) => one === role);
  if (known === undefined) throw new CausewayError('config-invalid', `the ${role} key is not changed by this command: ${ELSEWHERE[role] ?? `roles are ${ORDERED.join(', ')}`}`);
  const { orders, outcomes } = keyFolders(data);
  const id = randomUUID();
  await orders.write(id, { v: 1, id, role: known, action: dryRun ? 'rehearse' : 'rotate', reason: compromised ? 'compromised' : 'planned', at: now });
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    const outcome = await outcomes.find(id);
    if (outcome !== undefined) return outcome;
    await sleep(LOOK_MS);
  }
  if (dryRun) await orders.remove(id);
  throw new CausewayError('config-invalid', `no gateway took the order within ${PATIENCE_MS / 1000} s: is it running?${dryRun ? '' : ' It is carried out at its next start.'}`);
}

export function renderRotation({ refused, kid, peers }: KeyOutcome): string {
  if (refused !== undefined) return `refused: ${refused}`;
  if (peers === undefined) return `the change to ${kid ?? ''} begins; \`causeway keys list\` shows how far it has come`;
  return peers.map(({ link, peer, accepted, text }) => `${accepted ? 'ok  ' : 'FAIL'} ${link}: ${peer} ${accepted ? 'would believe it' : 'would not believe it'}: ${text}`).join('\n');
}

export interface KeyLine {
  readonly role: KeyOrder['role'];
  readonly kid: string;
  /** `next`: made or shown, not used yet. `old`: still held. */
  readonly state: 'in use' | 'next' | 'old' | 'retired' | 'compromised';
  /** RFC 3339: from when a next key is used, until when an old one is held, or when it was retired. */
  readonly at?: string;
  readonly waiting?: string;
}

/** Needs no running gateway. Throws `config-invalid`. */
export async function listKeys(folder: string): Promise<readonly KeyLine[]> {
  const config = readGateway(folder);
  const roles = ROTATING.filter((role) => role !== 'entity' || config.federation !== undefined);
  const held = await OwnKeys.with(config, async (keys) => {
    const { content } = await new KekFile(config.keys, keys.store).read();
    return [...roles.flatMap((role) => linesOf(role, keys.plan(role), keys.current(role).kid)), ...evidenceLines(content)];
  });
  const retired = readHistory(config.data).map(({ role, kid, exp, reason }): KeyLine => ({ role, kid, state: reason === 'compromised' ? 'compromised' : 'retired', at: new Date(exp * 1000).toISOString() }));
  return [...held, ...retired];
}

function linesOf(role: RotatingRole, plan: KeyPlan | undefined, current: string): KeyLine[] {
  const used: KeyLine = { role, kid: current, state: 'in use' };
  if (plan === undefined || plan.state === 'retired') return [used];
  if (plan.state === 'in-use') return [used, { role, kid: plan.old, state: 'old', ...at(plan.retireFrom) }];
  return [used, { role, kid: plan.next, state: 'next', ...at(plan.useFrom), ...(plan.waiting === undefined ? {} : { waiting: plan.waiting }) }];
}

function evidenceLines({ keys: [used, old], change }: KekRingContent): KeyLine[] {
  const inUse: KeyLine = { role: 'evidence', kid: kekId(used), state: 'in use' };
  return old === undefined ? [inUse] : [inUse, { role: 'evidence', kid: kekId(old), state: 'old', ...at(change?.retireFrom) }];
}

function at(ms: number | undefined): Pick<KeyLine, 'at'> {
  return ms === undefined ? {} : { at: new Date(ms).toISOString() };
}

const WHEN = { 'in use': '', 'next': 'used from', 'old': 'held until', 'retired': 'since', 'compromised': 'since' } as const;

export function renderKeyList(lines: readonly KeyLine[]): string {
  return lines.map(({ role, kid, state, at: time, waiting }) => `${role.padEnd(11)} ${kid.padEnd(44)} ${state}${time === undefined ? '' : `, ${WHEN[state]} ${time}`}${waiting === undefined ? '' : `, waits: ${waiting}`}`).join('\n');
}
