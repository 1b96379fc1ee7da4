/** What an entry says of an exchange and of the statement that it records: organisations and commitments, never a person. */
import type { Authentic } from '../federation/statement.ts';
import type { SealedFields, StatementType } from '../stages.ts';
import type { Entry } from '../trail/entry.ts';
import type { Peer, Question } from './flow.ts';

/** A statement as an entry records it. */
export interface Recorded {
  readonly compact: string;
  readonly kid: string;
  readonly iat: number;
  /** Trust chain that it was judged under; absent on our own. */
  readonly chain?: string;
}

export type About = Required<Pick<Entry, 'xid' | 'from' | 'to' | 'client' | 'service' | 'link' | 'purpose'>>;

export function aboutQuestion({ xid, use }: Question): About {
  const { agreement, us, peer } = use.version;
  const { client, service, purpose } = use.grant;
  return { xid, from: us.country, to: peer.country, client, service, link: { id: agreement.id, version: agreement.version }, purpose };
}

export function aboutStatement({ claims }: Authentic<'causeway-request+jwt'>, { link }: Peer): About {
  const { us, peer } = link.versions[0];
  const { jti, client, service, purpose } = claims;
  return { xid: jti, from: peer.country, to: us.country, client, service, link: { id: claims.link.id, version: claims.link.version }, purpose };
}

/** The same exchange, for a statement that goes back. */
export function backwards(about: About): About {
  return { ...about, from: about.to, to: about.from };
}

export function recorded({ statement, kid, iat }: SealedFields): Recorded {
  return { compact: statement, kid, iat };
}

export function theirs<T extends StatementType>({ compact, kid, claims }: Authentic<T>, { side }: Peer): Recorded {
  return { compact, kid, iat: claims.iat, chain: side.trust.chain };
}
