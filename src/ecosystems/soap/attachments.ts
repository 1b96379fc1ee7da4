/**
 * SOAP with attachments: multipart/related with the envelope as its root (SOAP Messages with Attachments, W3C Note 2000; WS-I Attachments Profile 1.0), or with XOP
 * (W3C XOP 1.0, MTOM). Every part but the root keeps its headers and content byte for byte.
 */
import { randomBytes } from 'node:crypto';
import { load } from '../../platform/content.ts';
import { parseMediaType } from '../../platform/media-type.ts';
import { readMultipart, renderMultipart } from '../../platform/multipart.ts';
import type { MimePart, MultipartLimits } from '../../platform/multipart.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { Attachment } from '../../stages.ts';
import { brokenRule, malformed } from '../malformed.ts';
import type { Packing, Parted, Wired } from '../packing.ts';
import { XOP_TYPE } from './names.ts';

const XML = 'text/xml';
/** What MTOM messages call their envelope: X-Road's own say the type of SOAP 1.2 of envelopes of SOAP 1.1, which the envelope's reader sees to. */
const ENVELOPES = new Set([XML, 'application/soap+xml']);
/** The root is read as it stands. */
const IDENTITY = new Set(['7bit', '8bit', 'binary']);

export function soapPacking(mime: MultipartLimits): Packing {
  return { unpack: (message, _, limits) => unpack(message, limits, mime), pack };
}

async function unpack({ headers, body }: Wired, limits: XmlLimits, mime: MultipartLimits): Promise<Parted> {
  // Of what is compressed the size is unknown until it is read.
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') throw malformed('Content-Encoding', 'The message must not be compressed.');
  const contentType = headers['content-type'] ?? '';
  if (!/^\s*multipart\//i.test(contentType)) return { headers, body: await load(body, limits.maxBytes) };
  const { type, parameters } = parseMediaType(contentType);
  if (type !== 'multipart/related') throw brokenRule('content-type', 'Content-Type', 'Attachments come as multipart/related.');
  const [root, ...others] = await readMultipart(body, parameters.get('boundary') ?? '', mime);
  if (root === undefined) throw malformed('body', 'It has no root part.');
  return { headers: { ...headers, 'content-type': rootType(root, parameters) }, body: await load(root.content, limits.maxBytes), attachments: others.map(toAttachment) };
}

/** The first part is the root, whatever `start` says, to some readers: it must be so to all. Returns what the root would have as its type alone. */
function rootType({ fields }: MimePart, outer: ReadonlyMap<string, string>): string {
  const start = outer.get('start');
  if (start !== undefined && start !== fields.get('content-id')) throw malformed('Content-Type', 'start must name the first part: the envelope.');
  const { type, parameters } = parseMediaType(fields.get('content-type') ?? '');
  if (type !== XML && type !== XOP_TYPE) throw brokenRule('content-type', 'Content-Type', 'The first part must be text/xml or application/xop+xml.');
  const [said, inner] = [outer.get('type')?.toLowerCase(), parameters.get('type')?.toLowerCase()];
  if ((said !== undefined && said !== type) || (inner !== undefined && !ENVELOPES.has(inner))) throw brokenRule('content-type', 'Content-Type', 'It names another type than the first part has.');
  if (!IDENTITY.has((fields.get('content-transfer-encoding') ?? '8bit').toLowerCase())) throw malformed('Content-Transfer-Encoding', 'The first part must stand as it is.');
  const charset = parameters.get('charset');
  return charset === undefined ? XML : `${XML}; charset=${charset}`;
}

function toAttachment({ headers, fields, content, sha256 }: MimePart): Attachment {
  return { headers, type: typeOf(fields.get('content-type')), content, sha256 };
}

/** Only told: what the header says crosses with it, readable or not. */
function typeOf(contentType = ''): string {
  const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  return /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/.test(type) ? type : 'application/octet-stream';
}

/** The content type of the body is that of the root. A Content-ID of 16 random bytes, and such a boundary, stand nowhere else. */
function pack({ headers, body, attachments = [] }: Parted): Wired {
  const type = headers['content-type'] ?? XML;
  const id = `<envelope.${randomBytes(16).toString('hex')}@causeway>`;
  const boundary = `causeway-${randomBytes(16).toString('hex')}`;
  const root = { headers: Buffer.from(`Content-Type: ${type}\r\nContent-Transfer-Encoding: 8bit\r\nContent-ID: ${id}\r\n`), content: body };
  const kind = type.startsWith(XOP_TYPE) ? `type="${XOP_TYPE}"; start-info="${XML}"` : `type="${XML}"`;
  return { headers: { ...headers, 'content-type': `multipart/related; ${kind}; start="${id}"; boundary="${boundary}"` }, body: renderMultipart([root, ...attachments], boundary) };
}
