/** Asking a gateway about the evidence of an exchange, through the folder that it looks into, and waiting a moment for what it does. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CausewayError } from '../errors.ts';
import { REFERENCE, evidenceRequests } from '../evidence/requests.ts';
import type { EvidenceRequest } from '../evidence/requests.ts';
import { isExchangeId, nonce } from '../platform/ids.ts';

const WAIT_MS = 15_000;
const POLL_MS = 100;

export interface AskedOf {
  /** Data folder of the gateway. */
  readonly data: string;
  readonly exchange: string;
  readonly reason: string;
  readonly operator: string;
}

/**
 * Resolves when the gateway has done or refused it, or after 15 s: then neither `done` nor `refused` is there, and the request stands.
 * Throws `config-invalid` for an id that is none, or a reason with spaces.
 */
export async function askAboutEvidence(kind: EvidenceRequest['request']['kind'], { data, exchange, reason, operator }: AskedOf, now: number): Promise<EvidenceRequest> {
  if (!isExchangeId(exchange)) throw new CausewayError('config-invalid', '--exchange must be the id of an exchange, as the trail writes it');
  if (!REFERENCE.test(reason)) throw new CausewayError('config-invalid', '--reason must be a code or a file number, visible ASCII without spaces, such as file-2026-17: it stands in the trail');
  if (operator.trim() === '') throw new CausewayError('config-invalid', '--operator must say who asks');
  const requests = evidenceRequests(data);
  const id = `${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}-${randomUUID()}`;
  await requests.write(id, { v: 1, request: { kind, xid: exchange, reason, operator, at: now, nonce: nonce() } });
  for (let waited = 0; ; waited += POLL_MS) {
    const file = await requests.read(id);
    const answered = file.refused !== undefined || file.peer !== undefined || (kind === 'access' && file.done !== undefined);
    if (answered || waited >= WAIT_MS) return file;
    await sleep(POLL_MS);
  }
}
