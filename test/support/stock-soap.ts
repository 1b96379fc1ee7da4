/** The npm package `soap` as an agency's programmer uses it: a client made from a WSDL file, header types included. */
import { createClientAsync, ClientSSLSecurity } from 'soap';
import type { TlsIdentity } from '../../src/sandbox/wire.ts';

export interface StockAnswer {
  readonly result: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
}

export interface StockCall {
  readonly wsdl: string;
  readonly endpoint: string;
  readonly identity: TlsIdentity;
  /** PEM of the authority of the other side's certificate. */
  readonly authority: string;
  /** `instance/class/code/subsystem` */
  readonly client: string;
  /** `instance/class/code/subsystem/service/version` */
  readonly service: string;
  readonly operation: string;
  readonly body: object;
  readonly id: string;
}

/** Rejects for a SOAP fault, as the package does. */
export async function callWithSoap({ wsdl, endpoint, identity, authority, client, service, operation, body, id }: StockCall): Promise<StockAnswer> {
  const made = await createClientAsync(wsdl, {}, endpoint);
  made.setSecurity(new ClientSSLSecurity(Buffer.from(identity.key), Buffer.from(identity.certificate), Buffer.from(authority)));
  made.addSoapHeader({ 'xrd:client': identifier(client, 'SUBSYSTEM'), 'xrd:service': identifier(service, 'SERVICE'), 'xrd:userId': 'EE47101010033', 'xrd:id': id, 'xrd:protocolVersion': '4.0' });
  const call = made[`${operation}Async`] as (body: object) => Promise<[Record<string, unknown>, string, Record<string, unknown>]>;
  const [result, , headers] = await call(body);
  return { result, headers };
}

const PARTS = ['xRoadInstance', 'memberClass', 'memberCode', 'subsystemCode', 'serviceCode', 'serviceVersion'];

function identifier(text: string, type: string): object {
  const parts: Record<string, string> = Object.fromEntries(text.split('/').map((value, at) => [`id:${PARTS[at]}`, value]));
  return { attributes: { 'id:objectType': type }, ...parts };
}
