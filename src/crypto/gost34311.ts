/**
 * GOST 34.311-95 with the substitution table of the Ukrainian standards (DKE No. 1): the hash of Trembita 1.x. Neither Node nor OpenSSL offers it. About a quarter of a second for
 * each MiB, on the thread that calls.
 */
import gost89 from 'gost89';

export function gost34311(data: Uint8Array): Buffer {
  return Buffer.from(gost89.gosthash(Buffer.from(data.buffer, data.byteOffset, data.byteLength)));
}
