/** `causeway evidence erase` and `causeway evidence erasures`: erasing the evidence of one exchange, and how far erasures have come. */
import { readGateway } from '../config/config.ts';
import { erasureState, evidenceRequests } from '../evidence/requests.ts';
import type { ErasureState, EvidenceRequest } from '../evidence/requests.ts';
import { askAboutEvidence } from './evidence-request.ts';

export interface Erasure {
  readonly exchange: string;
  readonly state: ErasureState;
  readonly reason: string;
  /** RFC 3339. */
  readonly requested: string;
  readonly refused?: string;
  readonly erasedHere?: string;
  readonly entry?: { readonly log: string; readonly origin: string; readonly index: number };
  readonly peer?: { readonly outcome: string; readonly at: string; readonly reason?: string };
  readonly backupsUntil?: string;
}

export interface EraseArguments {
  readonly config: string;
  readonly exchange: string;
  readonly reason: string;
  readonly operator: string;
}

/** Throws as askAboutEvidence. A gateway that is stopped erases when it starts. */
export async function evidenceErase({ config, ...asked }: EraseArguments, now: number): Promise<Erasure> {
  const file = await askAboutEvidence('erase', { data: readGateway(config).data, ...asked }, now);
  return erasureOf(file, now);
}

/** Beside a running gateway or without one; oldest first. Who asked stands in the files alone. */
export async function evidenceErasures(data: string, now: number): Promise<readonly Erasure[]> {
  const requests = evidenceRequests(data);
  const files = await Promise.all((await requests.ids()).map((id) => requests.read(id)));
  return files.filter(({ request }) => request.kind === 'erase').map((file) => erasureOf(file, now));
}

function erasureOf(file: EvidenceRequest, now: number): Erasure {
  const { request, refused, done, peer, backupsUntil } = file;
  return {
    exchange: request.xid,
    state: erasureState(file, now),
    reason: request.reason,
    requested: time(request.at),
    ...(refused === undefined ? {} : { refused }),
    ...(done === undefined ? {} : { erasedHere: time(done.at), entry: done.entry }),
    ...(peer === undefined ? {} : { peer: { outcome: peer.outcome, at: time(peer.at), ...(peer.reason === undefined ? {} : { reason: peer.reason }) } }),
    ...(backupsUntil === undefined ? {} : { backupsUntil: time(backupsUntil) }),
  };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

export function renderErasures(erasures: readonly Erasure[]): string {
  if (erasures.length === 0) return 'no erasures';
  return erasures
    .flatMap(({ exchange, state, reason, requested, refused, erasedHere, peer, backupsUntil }) => [
      `${exchange}: ${state} (${reason})`,
      `  asked ${requested}${refused === undefined ? '' : `, refused: ${refused}`}`,
      ...(erasedHere === undefined ? [] : [`  key and salts destroyed here ${erasedHere}; backups may hold them until ${backupsUntil ?? 'they have aged out'}`]),
      ...(erasedHere === undefined ? [] : [peer === undefined ? '  the peer has not answered' : `  the peer: ${peer.outcome} ${peer.at}${peer.reason === undefined ? '' : `, because of ${peer.reason}`}`]),
    ])
    .join('\n');
}
