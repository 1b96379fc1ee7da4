/** A notary of the sandbox with keys of its own, and the configuration under which what it signs is believed. */
import { X509Certificate } from 'node:crypto';
import { createAuthority, issue, memberSubject } from '../../src/crypto/pki.ts';
import type { Identity } from '../../src/crypto/pki.ts';
import { sharedParametersOf } from '../../src/sandbox/central-server/shared-parameters.ts';
import { Notary } from '../../src/sandbox/signing/notary.ts';

const DAY = 86_400_000;
export const MEMBER = 'EE/GOV/70000349';
export const OTHER = 'EE/GOV/70008440';

export function countryKeys({ now = Date.now(), algorithm = 'P-256' }: { readonly now?: number; readonly algorithm?: 'P-256' | 'RSA-2048' } = {}) {
  const lasting = { notBefore: now - DAY, notAfter: now + DAY };
  const signingAuthority = createAuthority({ subject: [['CN', 'Signing CA']], algorithm: 'P-256', ...lasting });
  const signer = issue(createAuthority({ subject: [['CN', 'Time CA']], algorithm: 'P-256', ...lasting }), { use: 'time-stamping', subject: [['CN', 'TSA']], algorithm: 'P-256', ...lasting });
  const member = (id: string): Identity => {
    const [instance = '', memberClass = '', memberCode = ''] = id.split('/');
    return issue(signingAuthority, { use: 'signing', subject: memberSubject({ instance, memberClass, memberCode }, { country: 'EE', name: 'Amet', serverCode: 'ss1' }), algorithm, ...lasting });
  };
  const sealing = new Map([MEMBER, OTHER].map((id) => [id, member(id)]));
  const keys = { signingAuthority, timeStamping: { signer }, sealing };
  return { keys, MEMBER, OTHER, message, notary: new Notary(keys, { now: () => now }), configuration: sharedParametersOf('EE', keys), der: (identity: Identity) => new X509Certificate(identity.certificate).raw };
}

/** A request of MEMBER. */
export function message(id: string): Uint8Array {
  const part = (type: string, ...children: string[]) => `<x:${type === 'SERVICE' ? 'service' : 'client'} i:objectType="${type}">${children.join('')}</x:${type === 'SERVICE' ? 'service' : 'client'}>`;
  const member = ([instance, memberClass, code]: readonly string[]) => `<i:xRoadInstance>${instance}</i:xRoadInstance><i:memberClass>${memberClass}</i:memberClass><i:memberCode>${code}</i:memberCode>`;
  const header = `${part('SUBSYSTEM', member(MEMBER.split('/')), '<i:subsystemCode>emta</i:subsystemCode>')}${part('SERVICE', member(OTHER.split('/')), '<i:subsystemCode>rr</i:subsystemCode><i:serviceCode>ask</i:serviceCode>')}<x:id>${id}</x:id><x:protocolVersion>4.0</x:protocolVersion>`;
  return Buffer.from(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="http://x-road.eu/xsd/xroad.xsd" xmlns:i="http://x-road.eu/xsd/identifiers"><s:Header>${header}</s:Header><s:Body><p:ask xmlns:p="urn:p"/></s:Body></s:Envelope>`);
}
