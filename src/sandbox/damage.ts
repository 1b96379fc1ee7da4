/** Answers damaged on demand, as the wire would show it: the same for a register and for a security server. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpReply } from '../platform/http-client.ts';
import type { Faults } from './faults.ts';
import { renderFault } from './soap/message.ts';
import type { Outgoing } from './wire.ts';

/** The answer of `work` as the faults of `target` let it out. With `down`, `work` is not done at all. */
export async function damaged(faults: Faults, target: string, work: () => Promise<HttpReply>): Promise<Outgoing> {
  const slow = faults.get(target, 'slow');
  // Unreferenced: a late answer must not hold up a process that is otherwise done.
  if (slow !== undefined) await sleep(slow.ms, undefined, { ref: false });
  if (faults.has(target, 'down')) return { status: 503, headers: {}, body: Buffer.alloc(0), cut: 'before' };
  const reply = replaced(faults, target) ?? (await work());
  const oversized = faults.get(target, 'oversized');
  const body = oversized === undefined ? reply.body : padded(reply.body, oversized.bytes);
  return { ...reply, body, ...(faults.has(target, 'truncated') ? { cut: 'midway' } : {}) };
}

function replaced(faults: Faults, target: string): HttpReply | undefined {
  if (faults.has(target, 'garbage')) return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: Buffer.from([0x00, 0xff, 0x3c, 0x3c, 0x7b, 0xfe]) };
  if (faults.has(target, 'soap-fault')) {
    return { status: 500, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: renderFault('SOAP-ENV:Server', 'Andmebaas ei vasta', []) };
  }
  if (faults.has(target, 'rest-500')) {
    return { status: 500, headers: { 'content-type': 'application/json' }, body: Buffer.from('{"timestamp":"2026-01-01T00:00:00Z","message":"Tietokanta ei vastaa"}') };
  }
  return undefined;
}

/** White space at the end leaves XML and JSON what they are: only the size is wrong. */
function padded(body: Uint8Array, bytes: number): Uint8Array {
  return body.length >= bytes ? body : Buffer.concat([body, Buffer.alloc(bytes - body.length, ' ')]);
}
