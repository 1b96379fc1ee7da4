/** The container that a security server keeps of one message (ETSI EN 319 162-1; ASiC-E as X-Road writes it, ASiC-S as UXP does): its parts by what they are. */
import { CausewayError } from '../../errors.ts';
import { readZip } from '../../evidence/zip.ts';
import type { ZipLimits } from '../../evidence/zip.ts';
import { platformError } from './platform-error.ts';

/** Every file by the URI under which signatures and hash chains name it: `/message.xml`. */
export type SignedParts = ReadonlyMap<string, Uint8Array>;

export interface SignedDocument {
  /** `xades`: ASiC-E of X-Road. `cms`: ASiC-S of UXP. */
  readonly form: 'xades' | 'cms';
  readonly message: Uint8Array;
  /** META-INF/…signatures….xml, or META-INF/signature.p7s. */
  readonly signature: Uint8Array;
  readonly parts: SignedParts;
}

/** Called after each check of a document that held. */
export type Told = (check: string, detail: string) => void;

/** By MIME type of the container: where its signature is. */
const FORMS: Readonly<Record<string, { readonly form: SignedDocument['form']; readonly signature: RegExp }>> = {
  'application/vnd.etsi.asic-e+zip': { form: 'xades', signature: /^META-INF\/.*signatures.*\.xml$/ },
  'application/vnd.etsi.asic-s+zip': { form: 'cms', signature: /^META-INF\/signature\.p7s$/ },
};
/** What an ASiC-S container holds: one message, and nothing that its signature would leave out. */
const SIMPLE = /^(mimetype|message\.xml|META-INF\/.*)$/;

/** Throws `malformed` with X-Road's code as `facts.platformCode`, and `too-large`. */
export async function readContainer(bytes: Uint8Array, limits?: ZipLimits): Promise<SignedDocument> {
  const files = await readZip(bytes, limits);
  const mimetype = files.get('mimetype');
  if (mimetype === undefined) throw platformError('malformed', 'asic_mime_type_not_found', 'the container has no mimetype');
  const kind = FORMS[Buffer.from(mimetype).toString().trim()];
  if (kind === undefined) throw platformError('malformed', 'asic_invalid_mime_type', 'the container is of another type');
  const message = files.get('message.xml');
  if (message === undefined) throw platformError('malformed', 'asic_message_not_found', 'the container has no message.xml');
  const [name, ...others] = [...files.keys()].filter((file) => kind.signature.test(file));
  if (name === undefined) throw platformError('malformed', 'asic_signature_not_found', 'the container has no signature');
  if (others.length > 0) throw new CausewayError('malformed', 'the container has more than one signature');
  if (kind.form === 'cms' && [...files.keys()].some((file) => !SIMPLE.test(file))) throw new CausewayError('malformed', 'the container holds more than its one message');
  return { form: kind.form, message, signature: files.get(name)!, parts: new Map([...files].map(([file, content]) => [`/${file}`, content])) };
}

/** A part that must be there. `code`: X-Road's code where it is not. */
export function needPart({ parts }: SignedDocument, uri: string, code: string): Uint8Array {
  const part = parts.get(uri);
  if (part === undefined) throw platformError('malformed', code, `the container has no ${uri}`);
  return part;
}
