/** REST bodies between the wire and a dialect: a body that is mapped is read in memory, one that crosses unmapped is the one part beside an empty root. */
import { load, sha256Of } from '../../platform/content.ts';
import type { Packing } from '../packing.ts';

export const restPacking: Packing = {
  async unpack({ headers, body }, unmapped, limits) {
    if (!unmapped) return { headers, body: await load(body, limits.maxBytes) };
    if (body.length === 0) return { headers, body: new Uint8Array() };
    return { headers, body: new Uint8Array(), attachments: [{ headers: new Uint8Array(), type: typeOf(headers['content-type']), content: body, sha256: await sha256Of(body) }] };
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
