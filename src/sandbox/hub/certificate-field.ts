/** The signer's certificate beside an HTTP message signature, under the name that gateways expect unless they are told another. */
import { writeCertificates } from '../../crypto/carried-certificates.ts';
import type { MessageKey } from '../../crypto/message-keys.ts';
import type { HttpHeaders } from '../../platform/http-client.ts';

export function certificateField({ certificates }: MessageKey): HttpHeaders {
  return { 'x-signature-certificate': writeCertificates(certificates ?? []) };
}
