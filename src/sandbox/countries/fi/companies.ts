/** Finland's company register, in the form of its open data API, version 3 (businessId is the one search term that is served). */
import companies from './companies.json' with { type: 'json' };
import type { HttpReply } from '../../../platform/http-client.ts';
import type { Incoming, Listener } from '../../wire.ts';
import { startRegister } from '../../registers/register.ts';
import type { RegisterOptions } from '../../registers/register.ts';

const SERVICE = 'FI/GOV/0244683-1/prh/companies';
const PATH = '/opendata-ytj-api/v3/companies';

export function startCompanyRegister(options: RegisterOptions): Promise<Listener> {
  return startRegister(options, SERVICE, (incoming) => answer(incoming));
}

function answer({ message }: Incoming): HttpReply {
  const url = new URL(message.target, 'https://register.invalid');
  if (url.pathname !== PATH) return json(404, { message: 'Not found' });
  if (message.method !== 'GET') return json(405, { message: 'Method not allowed' });
  const businessId = url.searchParams.get('businessId');
  if (businessId === null) return json(400, { message: 'At least one search term is required' });
  const found = companies.filter((company) => company.businessId.value === businessId);
  return json(200, { totalResults: found.length, companies: found });
}

function json(status: number, body: unknown): HttpReply {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}
