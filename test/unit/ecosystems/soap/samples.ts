/** SOAP messages to vary. */
import { xroadSoap } from '../../../../src/ecosystems/xroad-soap/dialect.ts';
import type { HomeService } from '../../../../src/mapping/mappings.ts';
import type { HttpMessage, HttpReply } from '../../../../src/platform/http-client.ts';
import type { DomesticContext, DomesticMember, DomesticService } from '../../../../src/stages.ts';
import type { DomesticCall } from '../../../../src/ecosystems/ecosystem.ts';

/** As X-Road speaks it. */
export const { parseRequest, parseResponse } = xroadSoap({ faultSpelling: 'camel', maxAnswerBytes: 1_000_000 });

export const service: DomesticService = { instance: 'EE', memberClass: 'GOV', memberCode: '70006317', subsystem: 'FI-prh', service: 'lihtandmed_v2', version: 'v1' };
export const client: DomesticMember = { instance: 'EE', memberClass: 'COM', memberCode: '10137319', subsystem: 'pank' };
export const context: DomesticContext = { messageId: 'f3d1b2a0-0001', userId: 'EE36805280109', issue: 'case 7', representedParty: { partyClass: 'COM', partyCode: 'FI-0244683-1' } };
export const home: HomeService = { dialect: 'xroad-soap', service, operation: { name: 'lihtandmed_v2' } };
export const call: DomesticCall = { home, client, context };

/** Header elements, in the order of the schema. */
export const HEADERS = {
  client: '<x:client i:objectType="SUBSYSTEM"><i:xRoadInstance>EE</i:xRoadInstance><i:memberClass>COM</i:memberClass><i:memberCode>10137319</i:memberCode><i:subsystemCode>pank</i:subsystemCode></x:client>',
  service:
    '<x:service i:objectType="SERVICE"><i:xRoadInstance>EE</i:xRoadInstance><i:memberClass>GOV</i:memberClass><i:memberCode>70006317</i:memberCode><i:subsystemCode>FI-prh</i:subsystemCode><i:serviceCode>lihtandmed_v2</i:serviceCode><i:serviceVersion>v1</i:serviceVersion></x:service>',
  userId: '<x:userId>EE36805280109</x:userId>',
  id: '<x:id>f3d1b2a0-0001</x:id>',
  issue: '<x:issue>case 7</x:issue>',
  representedParty: '<r:representedParty><r:partyClass>COM</r:partyClass><r:partyCode>FI-0244683-1</r:partyCode></r:representedParty>',
  protocolVersion: '<x:protocolVersion>4.0</x:protocolVersion>',
};
export type Headers = Partial<Record<keyof typeof HEADERS | 'more', string>>;

export const REQUEST_BODY = '<p:lihtandmed_v2 xmlns:p="http://arireg.x-road.eu/producer/"><p:keha><p:ariregistri_kood>2077474</p:ariregistri_kood></p:keha></p:lihtandmed_v2>';
export const RESPONSE_BODY = '<p:lihtandmed_v2Response xmlns:p="http://arireg.x-road.eu/producer/"><p:keha/></p:lihtandmed_v2Response>';

/** An envelope whose headers are those above, changed by `headers`. */
export function envelope(body: string, headers: Headers = {}): string {
  const all = Object.values({ ...HEADERS, ...headers }).join('');
  return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="http://x-road.eu/xsd/xroad.xsd" xmlns:i="http://x-road.eu/xsd/identifiers" xmlns:r="http://x-road.eu/xsd/representation.xsd"><s:Header>${all}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

export function posted(xml: string | Uint8Array, contentType: string | undefined = 'text/xml; charset=utf-8'): HttpMessage {
  return { method: 'POST', target: '/', headers: { 'content-type': contentType }, body: typeof xml === 'string' ? Buffer.from(xml) : xml };
}

export function answered(xml: string, status = 200, contentType = 'text/xml;charset=UTF-8'): HttpReply {
  return { status, headers: { 'content-type': contentType }, body: Buffer.from(xml) };
}
