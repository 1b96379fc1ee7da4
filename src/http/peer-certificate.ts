/** The public key of a connection's certificate, worked out once a connection. */
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { spkiPin } from '../platform/spki.ts';

export interface ConnectionIdentity {
  /** base64 SHA-256 of the SubjectPublicKeyInfo. */
  readonly pin: string;
  readonly subject: string;
  /** DER, in base64. */
  readonly certificate: string;
  /** UTC milliseconds. */
  readonly validFrom: number;
  readonly validTo: number;
}

const known = new WeakMap<TLSSocket, ConnectionIdentity>();

/** Undefined on a connection without TLS or without a client certificate. */
export function connectionIdentity(request: IncomingMessage): ConnectionIdentity | undefined {
  const { socket } = request;
  if (!(socket instanceof TLSSocket)) return undefined;
  const cached = known.get(socket);
  if (cached !== undefined) return cached;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const identity = { pin: spkiPin(certificate.publicKey), subject: certificate.subject.replaceAll('\n', ', '), certificate: certificate.raw.toString('base64'), validFrom: Date.parse(certificate.validFrom), validTo: Date.parse(certificate.validTo) };
  known.set(socket, identity);
  return identity;
}
