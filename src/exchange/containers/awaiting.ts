/** Which messages that crossed have their security server's signed container fetched afterwards (house.md, "What is verified before crossing"). */
import { sha256Base64url } from '../../crypto/digest.ts';
import type { Leg } from '../../federation/link.ts';
import type { Verified } from '../../stages.ts';
import type { AwaitedContainer } from '../../trail/store.ts';

/** One of so many exchanges, where a leg asks for a sample. */
const SAMPLE = 16;

export interface CrossedMessage {
  readonly xid: string;
  readonly link: string;
  readonly leg: Pick<Leg, 'containers'>;
  readonly step: 'request' | 'response';
  /** Identity of the request statement: says whether the exchange is in the sample, on both sides alike. */
  readonly identity: string;
  readonly messageId: string;
  readonly verified: Verified;
  readonly minimised: boolean;
  readonly now: number;
}

/** How containers are awaited here: gateway.yaml, `home.containers`. */
export interface AwaitingSettings {
  /** Milliseconds before the first attempt. */
  readonly retryAfter: number;
  /** Whether a security server logs messages of the dialect in a form that we know. */
  isLogged(dialect: string): boolean;
  /** False once as many are waiting as may. */
  hasRoom(): boolean;
}

/** Undefined where nothing is to be fetched: the leg asks for none, this exchange is not in the sample, or the message carried its own proof. */
export function awaitedContainer({ xid, link, leg, step, identity, messageId, verified, minimised, now }: CrossedMessage, { retryAfter, isLogged, hasRoom }: AwaitingSettings): AwaitedContainer | undefined {
  const { dialect, attachments = [] } = verified.message;
  if (!isAsked(leg, identity) || verified.proof.form !== 'security-server' || !isLogged(dialect) || !hasRoom()) return undefined;
  return { xid, link, step, dialect, messageId, digest: sha256Base64url(verified.original), attachments: attachments.map(({ sha256 }) => sha256), unmapped: verified.message.payload.form === 'unmapped', minimised, since: now, due: now + retryAfter, tries: 0 };
}

function isAsked({ containers = 'none' }: Pick<Leg, 'containers'>, identity: string): boolean {
  return containers === 'all' || (containers === 'sample' && (Buffer.from(identity, 'base64url')[0] ?? 0) % SAMPLE === 0);
}
