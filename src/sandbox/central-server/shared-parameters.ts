/** shared-params.xml of a pretend country (PR-GCONF, shared-parameters.xsd). */
import { X509Certificate } from 'node:crypto';
import type { Identity } from '../../crypto/pki.ts';
import type { NotaryKeys } from '../signing/notary.ts';

const PROFILE = 'ee.ria.xroad.common.certificateprofile.impl.FiVRKCertificateProfileInfoProvider';

/** Whose signatures and time-stamps hold in this country, and nowhere else. */
export function sharedParametersOf(instance: string, { signingAuthority, timeStamping }: Pick<NotaryKeys, 'signingAuthority' | 'timeStamping'>): string {
  const authority = `<approvedCA><name>Signing CA</name><authenticationOnly>false</authenticationOnly><topCA><cert>${der(signingAuthority)}</cert></topCA><certificateProfileInfo>${PROFILE}</certificateProfileInfo></approvedCA>`;
  const timestamper = `<approvedTSA><name>TSA</name><url>http://tsa.invalid</url><cert>${der(timeStamping.signer)}</cert></approvedTSA>`;
  return `<?xml version="1.0" encoding="UTF-8"?><c:conf xmlns:c="http://x-road.eu/xsd/xroad.xsd"><instanceIdentifier>${instance}</instanceIdentifier>${authority}${timestamper}<globalSettings><ocspFreshnessSeconds>3600</ocspFreshnessSeconds></globalSettings></c:conf>`;
}

function der({ certificate }: Identity): string {
  return new X509Certificate(certificate).raw.toString('base64');
}
