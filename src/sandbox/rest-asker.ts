/** A system that asks foreign registers over its platform's REST protocol, in the form of a register of its own. */
import { randomUUID } from 'node:crypto';
import type { Seen } from './country.ts';
import type { Desk } from './desk.ts';
import type { ServiceId, Software, SubsystemId } from './plan.ts';
import { question } from './registers/look-up.ts';
import type { LookUp, Row } from './registers/look-up.ts';

interface Names {
  readonly client: SubsystemId;
  readonly service: ServiceId;
  /** Path of the service at the gateway. */
  readonly at: string;
}

/** Where the names of client and service stand. */
type Addressing = (parts: Names & { readonly id: string; readonly target: string }) => { readonly target: string; readonly headers: Readonly<Record<string, string>> };

const USER = 'official-4';

const ADDRESSING: Readonly<Record<Software, Addressing>> = {
  xroad: ({ client, service, id, target }) => ({ target: `/r1/${service}${target}`, headers: { 'x-road-client': client, 'x-road-id': id, 'x-road-userid': USER } }),
  // The client is known by its certificate; the service is an API at the gateway.
  'api-hub': ({ at, id, target }) => ({ target: `${at}${target}`, headers: { 'x-request-id': id, 'x-user-id': USER } }),
  uxp: ({ client, service, id, target }) => ({ target: `/restapi${target}`, headers: { 'uxp-client': client, 'uxp-service': service, 'uxp-queryid': id, 'uxp-userid': USER } }),
};

/** Asks `service` as `client` about `number`. Rejects with ConnectionFailed when no whole answer comes. */
export async function askRest(desk: Desk, software: Software, names: Names, lookUp: LookUp, number: string): Promise<Seen> {
  const id = randomUUID();
  const { method, target, body } = question(lookUp, number);
  const addressed = ADDRESSING[software]({ ...names, id, target });
  const type = body.length === 0 ? {} : { 'content-type': 'application/json' };
  const answer = await desk.sendRest(id, { method, target: addressed.target, headers: { ...addressed.headers, ...type, accept: 'application/json' }, body });
  const row = answer.reply.status === 200 && typeof answer.json === 'object' && answer.json !== null ? lookUp.rowIn(answer.json as Row) : undefined;
  return { answer, ...(row === undefined ? {} : { found: row !== null }), ...(row === undefined || row === null ? {} : { name: lookUp.name(row) }) };
}
