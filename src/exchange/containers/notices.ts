/** What the two gateways tell each other about messages that are not proven (federation/domestic-evidence.ts). */
import { CausewayError } from '../../errors.ts';
import { DOMESTIC_EVIDENCE_PATH, openEvidenceNotice, signEvidenceNotice } from '../../federation/domestic-evidence.ts';
import type { EvidenceNotice } from '../../federation/domestic-evidence.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { Entry } from '../../trail/entry.ts';
import type { Store } from '../../trail/store.ts';
import type { Peer } from '../flow.ts';

const TELL_TIMEOUT_MS = 5000;

/** Throws `peer-refused` unless the peer has recorded it, and what the connection throws. */
export async function tellPeer(peer: Peer, notice: EvidenceNotice, now: number): Promise<void> {
  const body = Buffer.from(await signEvidenceNotice(peer, notice, now));
  const { status } = await peer.connection.send({ method: 'POST', target: DOMESTIC_EVIDENCE_PATH, headers: { 'content-type': 'application/jose' }, body }, { signal: AbortSignal.timeout(TELL_TIMEOUT_MS), maxBytes: 4096 });
  if (status !== 204) throw new CausewayError('peer-refused', `the peer answered ${status} to a notice about domestic evidence`);
}

export interface ToldParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  readonly log: Logger;
  /** Resolves when the link's log may grow (keeper.ts). */
  admit(link: string): Promise<void>;
}

/**
 * The peer tells that a message of an exchange with us is not proven: an entry of the link's log, which the peer mirrors, and a line for operators. Throws as
 * openEvidenceNotice, and `statement-malformed` for an exchange that there was not with this peer.
 */
export async function toldByPeer(peer: Peer, compact: string, { store, clock, clockState, log, admit }: ToldParts): Promise<void> {
  const now = clock.now();
  const { xid, step, code, container, identity, kid } = openEvidenceNotice(compact, peer, now);
  const link = peer.link.id;
  if ((await store.evidence(`${xid}.request`))?.link !== link) throw new CausewayError('statement-malformed', 'a notice about an exchange that is not known on this link');
  await admit(link);
  const { version } = (peer.link.versions.at(-1) ?? peer.link.versions[0]).agreement;
  const entry: Entry = { v: 1, xid, step: 'domestic-evidence', link: { id: link, version }, kid, code, digest: identity, t: { ms: now, clock: clockState() } };
  await store.commit({ entries: [{ log: link, entry }] });
  log.error({ link, xid, message: step, code, container }, "the peer's platform does not prove a message that crossed");
}
