/** The statement: what a gateway signs (protocol.md, "Statement"). Types and the closed schema; sealing is in seal.ts, reading in open.ts. */
import type { Delivered, ErrorCode } from '../errors.ts';
import type { DomesticProof, MappingRef, NeutralRef, Operation } from '../stages.ts';

interface Common {
  readonly iss: string;
  readonly aud: string;
  readonly jti: string;
  readonly nonce: string;
  readonly iat: number;
  readonly exp: number;
  readonly link: { readonly id: string; readonly version: number; readonly sha256: string };
}

interface Carrying {
  readonly neutral: NeutralRef;
  readonly sealing: 'jwe' | 'tls';
  readonly mapping: MappingRef;
  readonly payload: { readonly manifest: string; readonly parts: number; readonly bytes: number };
  readonly content: string;
  readonly domestic: DomesticProof;
}

export interface RequestClaims extends Common, Carrying {
  readonly budget: number;
  readonly client: string;
  readonly service: string;
  readonly operation: Operation;
  readonly purpose: string;
}

export interface Promise_ {
  readonly origin: string;
  readonly index: number;
  readonly leaf: string;
  readonly by: number;
}

export interface ResponseClaims extends Common, Carrying {
  readonly request: string;
  readonly promise: Promise_;
}

export interface RefusalClaims extends Common {
  readonly request: string;
  readonly code: ErrorCode;
  readonly delivered: Delivered;
}

export type Claims = RequestClaims | ResponseClaims | RefusalClaims;
