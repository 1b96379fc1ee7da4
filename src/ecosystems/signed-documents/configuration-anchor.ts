/** The anchor of an X-Road instance: where its configuration is, and with which keys it is signed. Exchanged out of band, by file and hash. Source: PR-GCONF, section 2.6. */
import { X509Certificate } from 'node:crypto';
import { CausewayError } from '../../errors.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { XmlElement } from '../../stages.ts';
import { elements, text } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';

export interface ConfigurationAnchor {
  readonly instance: string;
  readonly sources: readonly ConfigurationSource[];
}

export interface ConfigurationSource {
  readonly url: string;
  /** DER; only their keys count. */
  readonly certificates: readonly Uint8Array[];
}

/** Throws `malformed`. */
export function readAnchor(bytes: Uint8Array, limits: XmlLimits): ConfigurationAnchor {
  const root = parseXml(bytes, limits);
  const instance = valuesOf(root, 'instanceIdentifier')[0];
  const sources = elements(root).filter(({ name }) => name === 'source').map(readSource);
  if (root.name !== 'configurationAnchor' || root.ns !== 'http://x-road.eu/xsd/xroad.xsd' || instance === undefined || sources.length === 0) throw new CausewayError('malformed', 'not the anchor of an X-Road configuration');
  return { instance, sources };
}

function readSource(source: XmlElement): ConfigurationSource {
  const [url] = valuesOf(source, 'downloadURL');
  const certificates = valuesOf(source, 'verificationCert').map((base64) => {
    try {
      return new X509Certificate(Buffer.from(base64, 'base64')).raw;
    } catch (cause) {
      throw new CausewayError('malformed', 'configuration anchor: a certificate that cannot be read', { cause });
    }
  });
  if (url === undefined || !/^https?:\/\//.test(url) || certificates.length === 0) throw new CausewayError('malformed', 'configuration anchor: a source without address or keys');
  return { url, certificates };
}

function valuesOf(parent: XmlElement, name: string): string[] {
  return elements(parent).filter((one) => one.name === name).map((one) => text(one).trim());
}
