/** The times of a change of keys: shorter than what they must outlast, they cost exchanges in place of sparing them. */
import type { GatewayFile } from './gateway-file.ts';
import type { LinkInQuestion } from './link-in-question.ts';
import { problemAt } from './problems.ts';
import type { Located, Problem } from './problems.ts';

/** Warnings: a change still waits until each peer believes the next key. */
export function checkRotation({ rotation, federation }: GatewayFile, links: readonly LinkInQuestion[], at: Located): Problem[] {
  const warn = (key: 'publishBefore' | 'retireAfter', text: string): Problem => problemAt(at, ['rotation', key], text, { severity: 'warning' });
  const lifetime = federation?.configurationLifetime ?? 0;
  const retry = Math.max(0, ...links.map(({ link }) => link.agreement.retryTime));
  return [
    ...(rotation.publishBefore < 2 * lifetime ? [warn('publishBefore', 'is shorter than twice federation.configurationLifetime: a peer may still hold a configuration without the next key')] : []),
    ...(rotation.retireAfter <= retry ? [warn('retireAfter', 'is not longer than the retry time of each link: what was sealed for the old key, or signed by it, may come again')] : []),
  ];
}
