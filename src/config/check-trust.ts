/** The keys of a link's peer: there, of that peer, and valid now. */
import { join } from 'node:path';
import { peerOf } from './link-in-question.ts';
import type { LinkInQuestion } from './link-in-question.ts';
import { problemAt } from './problems.ts';
import type { Problem } from './problems.ts';
import { readConfigFile } from './read.ts';
import { trustSchema } from './trust-file.ts';

export function checkTrust({ gateway, link }: LinkInQuestion, now: number): Problem[] {
  const peer = peerOf({ gateway, link });
  // Under the federation the keys of a peer come with its chain, which the running gateway resolves.
  if (peer === undefined || gateway.federation !== undefined) return [];
  const file = readConfigFile(join(gateway.trust, `${peer.country}.json`), trustSchema());
  if (file.value === undefined) return file.problems.map((problem) => ({ ...problem, hint: problem.hint ?? `\`causeway trust import\` writes the keys of ${peer.country}` }));
  const { entity, country, log, witness, interval, ...lists } = file.value;
  const next = link.next?.parties.find((party) => party.entity === peer.entity);
  const same = [
    ['entity', entity, peer.entity],
    ['country', country, peer.country],
    ['log', log?.key ?? peer.log.key, agreedOf(peer.log.key, next?.log.key, log?.key)],
    ['witness', witness?.key ?? peer.witness.key, agreedOf(peer.witness.key, next?.witness.key, witness?.key)],
    ['interval', interval?.key ?? peer.interval?.key, peer.interval?.key ?? interval?.key],
  ] as const;
  const differing = same.filter(([, ours, agreed]) => ours !== agreed).map(([key, ours, agreed]) => problemAt(file, [key], `is ${ours}, the link says ${agreed}`));
  const expired = (['statement', 'encryption', 'tls'] as const)
    .filter((role) => !lists[role].some(({ notBefore, notAfter }) => Date.parse(notBefore) <= now && now < Date.parse(notAfter)))
    .map((role) => problemAt(file, [role], 'no key is valid now', { hint: 'ask the peer for its current keys' }));
  return [...differing, ...expired];
}

/** A key that the next version names is as good as the one of the present version. */
function agreedOf(present: string, next: string | undefined, held: string | undefined): string {
  return held !== undefined && held === next ? held : present;
}
