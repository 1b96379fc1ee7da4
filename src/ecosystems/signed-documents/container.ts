/** The container that a security server keeps of one message (ASiC-E, ETSI EN 319 162-1, as X-Road writes it): its parts by what they are. */
import { CausewayError } from '../../errors.ts';
import { readZip } from '../../evidence/zip.ts';
import type { ZipLimits } from '../../evidence/zip.ts';
import { platformError } from './platform-error.ts';

export interface SignedDocument {
  readonly message: Uint8Array;
  /** META-INF/…signatures….xml. */
  readonly signature: Uint8Array;
  /** Every file by the URI under which signatures and hash chains name it: `/message.xml`. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
}

const MIME_TYPE = 'application/vnd.etsi.asic-e+zip';
const SIGNATURE = /^META-INF\/.*signatures.*\.xml$/;

/** Throws `malformed` with X-Road's code as `facts.platformCode`, and `too-large`. */
export async function readContainer(bytes: Uint8Array, limits?: ZipLimits): Promise<SignedDocument> {
  const files = await readZip(bytes, limits);
  const mimetype = files.get('mimetype');
  if (mimetype === undefined) throw platformError('malformed', 'asic_mime_type_not_found', 'the container has no mimetype');
  if (Buffer.from(mimetype).toString() !== MIME_TYPE) throw platformError('malformed', 'asic_invalid_mime_type', 'the container is of another type');
  const message = files.get('message.xml');
  if (message === undefined) throw platformError('malformed', 'asic_message_not_found', 'the container has no message.xml');
  const signatures = [...files.keys()].filter((name) => SIGNATURE.test(name));
  const [name, ...others] = signatures;
  if (name === undefined) throw platformError('malformed', 'asic_signature_not_found', 'the container has no signature');
  if (others.length > 0) throw new CausewayError('malformed', 'the container has more than one signature');
  return { message, signature: files.get(name)!, parts: new Map([...files].map(([file, content]) => [`/${file}`, content])) };
}

/** A part that must be there. `code`: X-Road's code where it is not. */
export function needPart({ parts }: SignedDocument, uri: string, code: string): Uint8Array {
  const part = parts.get(uri);
  if (part === undefined) throw platformError('malformed', code, `the container has no ${uri}`);
  return part;
}
