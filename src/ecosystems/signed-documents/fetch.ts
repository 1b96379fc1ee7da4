/** Asking a security server for the signed containers of a message (X-Road: UG-SIGDOC, `/asic`; UXP: `/signature`, which takes the same parameters). */
import { CausewayError } from '../../errors.ts';
import { readZip } from '../../evidence/zip.ts';
import { ConnectionFailed } from '../../platform/http-client.ts';
import type { HttpConnection, HttpReply, SendOptions } from '../../platform/http-client.ts';

export interface ContainerQuestion {
  readonly platform: 'xroad' | 'uxp';
  /** Whose message log is asked: a member of that server. */
  readonly member: { readonly instance: string; readonly memberClass: string; readonly memberCode: string };
  readonly messageId: string;
  readonly step: 'request' | 'response';
}

const PATHS = { xroad: '/asic', uxp: '/signature' } as const;
const CONTAINER = /\.asic[es]$/;
const MAX_CONTAINERS = 100;

/**
 * The containers that the server has under the message's id; none while it has none, or not all of them are time-stamped yet (404). An id is not
 * unique: which container is the message's, its content says. Throws `service-unreachable`, `service-slow`, `too-large`, `malformed`.
 */
export async function fetchContainers(question: ContainerQuestion, connection: HttpConnection, options: SendOptions): Promise<readonly Uint8Array[]> {
  const { status, body } = await send(connection, targetOf(question), options);
  if (status === 404) return [];
  if (status !== 200) throw new CausewayError('service-unreachable', `the security server answered ${status} to a question for a container`);
  const files = await readZip(body, { maxFiles: MAX_CONTAINERS, maxBytes: options.maxBytes * 2 });
  return [...files].flatMap(([name, bytes]) => (CONTAINER.test(name) ? [bytes] : []));
}

function targetOf({ platform, member, messageId, step }: ContainerQuestion): string {
  const query = new URLSearchParams({ queryId: messageId, xRoadInstance: member.instance, memberClass: member.memberClass, memberCode: member.memberCode });
  return `${PATHS[platform]}?${query.toString()}${platform === 'xroad' ? `&${step}Only` : ''}`;
}

async function send(connection: HttpConnection, target: string, options: SendOptions): Promise<HttpReply> {
  try {
    return await connection.send({ method: 'GET', target, headers: {}, body: new Uint8Array() }, options);
  } catch (cause) {
    if (!(cause instanceof ConnectionFailed)) throw cause;
    const code = ({ 'too-large': 'too-large', 'aborted': 'service-slow' } as const)[cause.reason as string] ?? 'service-unreachable';
    throw new CausewayError(code, `asking for a container: ${cause.message}`, { cause });
  }
}
