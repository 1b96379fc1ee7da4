/**
 * The shared parameters of an X-Road instance, versions 2 to 6: whose signatures, time-stamps and OCSP answers hold there. Each instance is a
 * trust domain of its own: a time-stamping authority of one country vouches for nothing in another. Source: PR-GCONF, shared-parameters.xsd.
 */
import { X509Certificate } from 'node:crypto';
import { CausewayError } from '../../errors.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { XmlElement } from '../../stages.ts';
import { elements, text } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';

/** An authority that the instance approves for signing certificates, with its responders. All certificates are DER. */
export interface ApprovedAuthority {
  readonly name: string;
  readonly certificates: readonly Uint8Array[];
  readonly responders: readonly Uint8Array[];
  /** Java class that reads a member out of a certificate's subject. */
  readonly profile: string;
}

export interface GlobalConfiguration {
  readonly instance: string;
  readonly authorities: readonly ApprovedAuthority[];
  /** DER certificates of the approved time-stamping authorities themselves. */
  readonly timestampers: readonly Uint8Array[];
  /** Milliseconds that an OCSP answer may be old when a message is signed. */
  readonly ocspFreshness: number;
}

const XROAD = 'http://x-road.eu/xsd/xroad.xsd';
const DEFAULT_FRESHNESS_S = 3600;

/** Throws `malformed` for what is no shared-params.xml. */
export function readSharedParameters(bytes: Uint8Array, limits: XmlLimits): GlobalConfiguration {
  const root = parseXml(bytes, limits);
  if (root.ns !== XROAD || root.name !== 'conf') throw malformed('the root is not conf');
  const freshness = valueOf(only(root, 'globalSettings'), 'ocspFreshnessSeconds') ?? String(DEFAULT_FRESHNESS_S);
  if (!/^\d{1,9}$/.test(freshness)) throw malformed('ocspFreshnessSeconds is no number');
  return {
    instance: valueOf(root, 'instanceIdentifier') ?? missing('instanceIdentifier'),
    authorities: named(root, 'approvedCA').filter((one) => valueOf(one, 'authenticationOnly') !== 'true').map(readAuthority),
    timestampers: named(root, 'approvedTSA').map((one) => certificate(valueOf(one, 'cert'))),
    ocspFreshness: Number(freshness) * 1000,
  };
}

function readAuthority(approved: XmlElement): ApprovedAuthority {
  const levels = [...named(approved, 'topCA'), ...named(approved, 'intermediateCA')];
  return {
    name: valueOf(approved, 'name') ?? '',
    certificates: levels.map((level) => certificate(valueOf(level, 'cert'))),
    responders: levels.flatMap((level) => named(level, 'ocsp')).flatMap((ocsp) => named(ocsp, 'cert')).map((cert) => certificate(text(cert))),
    profile: valueOf(approved, 'certificateProfileInfo') ?? '',
  };
}

/** base64 of DER, or of PEM, as configurations of central servers hold either. */
function certificate(base64: string | undefined): Uint8Array {
  try {
    return new X509Certificate(Buffer.from(base64 ?? '', 'base64')).raw;
  } catch (cause) {
    throw malformed('a certificate that cannot be read', cause);
  }
}

/** Elements below conf have no namespace. */
function named(parent: XmlElement, name: string): XmlElement[] {
  return elements(parent).filter((one) => one.name === name);
}

function only(parent: XmlElement, name: string): XmlElement {
  return named(parent, name)[0] ?? missing(name);
}

function valueOf(parent: XmlElement, name: string): string | undefined {
  const [found] = named(parent, name);
  return found === undefined ? undefined : text(found).trim();
}

function missing(name: string): never {
  throw malformed(`${name} is missing`);
}

function malformed(message: string, cause?: unknown): CausewayError {
  return new CausewayError('malformed', `shared parameters: ${message}`, { cause });
}
