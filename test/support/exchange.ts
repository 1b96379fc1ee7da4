/** One sealed request of FI to EE, and the steps to open it: what the refusal tests bend. */
import type { Sealed } from '../../src/stages.ts';
import { open } from '../../src/federation/open.ts';
import { sealRequest } from '../../src/federation/seal.ts';
import { authenticate } from '../../src/federation/statement.ts';
import type { Authentic } from '../../src/federation/statement.ts';
import { exchangeId } from '../../src/platform/ids.ts';
import { CONTEXT, NOW, PROOF, mappedNeutral } from './sides.ts';
import type { Pair } from './sides.ts';

export async function sealedRequest(pair: Pair, options: { now?: number; xid?: string; document?: { [key: string]: string } } = {}): Promise<Sealed> {
  const now = options.now ?? NOW;
  const version = pair.fi.link.versions[0];
  return sealRequest({ xid: options.xid ?? exchangeId(now), grant: pair.grant, budget: 5000, mapped: mappedNeutral(options.document), context: CONTEXT, proof: PROOF }, version, pair.fi.side, now);
}

export async function authenticateAtEe(pair: Pair, compact: string, now = NOW): Promise<Authentic<'causeway-request+jwt'>> {
  return authenticate(compact, ['causeway-request+jwt'], { audience: pair.ee.entity, trust: pair.ee.side.trust, maxBytes: pair.ee.side.maxStatementBytes }, now);
}

export async function openAtEe(pair: Pair, sealed: { statement: string; payload: Uint8Array }, now = NOW) {
  return open(await authenticateAtEe(pair, sealed.statement, now), sealed.payload, pair.grant, pair.ee.side, () => {});
}
