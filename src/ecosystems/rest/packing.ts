/** REST bodies between the wire and a dialect: a body that is mapped is read in memory, one that crosses unmapped is the one part beside an empty root. */
import { sha256Base64url } from '../../crypto/digest.ts';
import { CausewayError } from '../../errors.ts';
import { isStored, load } from '../../platform/content.ts';
import { Spooled } from '../../platform/spool-file.ts';
import type { Content } from '../../stages.ts';
import type { Packing } from '../packing.ts';

export const restPacking: Packing = {
  async unpack({ headers, body }, unmapped, limits) {
    if (!unmapped) return { headers, body: await load(body, limits.maxBytes) };
    if (body.length === 0) return { headers, body: new Uint8Array() };
    return { headers, body: new Uint8Array(), attachments: [{ headers: new Uint8Array(), type: typeOf(headers['content-type']), content: body, sha256: sha256Of(body) }] };
  },
  pack({ headers, body, attachments }) {
    return { headers, body: attachments?.[0]?.content ?? body };
  },
};

/** Only told: the header itself crosses too. */
function typeOf(contentType = ''): string {
  const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  return /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/.test(type) ? type : 'application/octet-stream';
}

/** A body comes straight from the wire: where it lies in a file, it was hashed while it was written. */
function sha256Of(body: Content): string {
  if (!isStored(body)) return sha256Base64url(body);
  if (!(body instanceof Spooled) || body.sha256 === undefined) throw new CausewayError('internal', 'a body that did not come from the wire');
  return body.sha256;
}
