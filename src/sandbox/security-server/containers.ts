/** The stand-ins' `/asic` (X-Road, UG-SIGDOC) and `/signature` (UXP): the signed containers of a message, for a member whose log has it. */
import { writeZip } from '../../evidence/zip-write.ts';
import type { HttpReply } from '../../platform/http-client.ts';
import { SECURITY_SERVER } from '../faults.ts';
import type { SignedMessage } from '../signing/archive.ts';
import type { Incoming } from '../wire.ts';
import type { Platform } from './platform.ts';

/** `form`: ASiC-E of X-Road, or ASiC-S of UXP. */
export async function serveContainers({ message, peer }: Incoming, platform: Platform, form: 'asice' | 'asics'): Promise<HttpReply> {
  const { searchParams } = new URL(message.target, 'https://server.invalid');
  const [id = '', ...member] = ['queryId', 'xRoadInstance', 'memberClass', 'memberCode'].map((name) => searchParams.get(name) ?? '');
  if (!platform.registry.speaksFor(member.join('/'), peer)) return answer(401, 'Client is not authorised');
  const wanted = (kind: SignedMessage['kind']): boolean => !searchParams.has(kind === 'request' ? 'responseOnly' : 'requestOnly');
  const found = platform.messages.of(id, member.join('/')).filter(({ kind }) => wanted(kind));
  if (found.length === 0) return answer(404, 'No signed document found');
  if (platform.faults.has(SECURITY_SERVER, 'unstamped')) return answer(404, 'Some message signatures have not been timestamped yet!');
  const files = await Promise.all(found.map(async (one, at) => [`${id}-${one.kind}-${at}.${form}`, await container(one, platform, form)] as const));
  return { status: 200, headers: { 'content-type': 'application/zip' }, body: await writeZip(new Map(files)) };
}

function container(message: SignedMessage, { notary, faults }: Platform, form: 'asice' | 'asics'): Promise<Uint8Array> {
  const signer = message.kind === 'request' ? message.client : message.provider;
  const other = notary.members.find((member) => member !== signer) ?? signer;
  const changed = faults.has(SECURITY_SERVER, 'other-message') ? { ...message, message: Buffer.concat([message.message, Buffer.from('x-road-issue:of another\r\n')]) } : message;
  const by = faults.has(SECURITY_SERVER, 'other-signer') ? other : signer;
  return form === 'asics' ? notary.simpleContainer(changed, by) : notary.container(changed, by);
}

function answer(status: number, text: string): HttpReply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from(text) };
}
