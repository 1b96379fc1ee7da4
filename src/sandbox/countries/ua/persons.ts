/** Persons by number in the form of Trembita's example service (getPersona), served and asked over SOAP. An answer without a person means that there is none. */
import { randomUUID } from 'node:crypto';
import type { XmlElement } from '../../../stages.ts';
import { child, element, elements, text } from '../../../xml/element.ts';
import type { Seen } from '../../country.ts';
import { soapRequest } from '../../desk.ts';
import type { Desk } from '../../desk.ts';
import type { ServiceId, SubsystemId } from '../../plan.ts';
import type { RegisterOptions } from '../../registers/register.ts';
import { startRegister } from '../../registers/register.ts';
import { serveOperation } from '../../registers/soap-service.ts';
import { envelope, headerElements, renderMessage } from '../../soap/message.ts';
import type { Listener } from '../../wire.ts';
import persons from './persons.json' with { type: 'json' };

const NS = 'http://spring.io/guides/gs-producing-web-service';
const PREFIXES = { [NS]: 'ns2' };

export function startPersons(options: RegisterOptions, service: ServiceId): Promise<Listener> {
  const operation = { service, operation: 'getPersonaRequest', faults: options.faults, answer, render: (header: readonly XmlElement[], body: XmlElement) => renderMessage(envelope(header, [body]), PREFIXES) };
  return startRegister(options, service, (incoming) => serveOperation(incoming, operation));
}

function answer(question: XmlElement): XmlElement {
  const asked = child(question, NS, 'rnokpp');
  const person = asked === undefined ? undefined : persons.find(({ rnokpp }) => rnokpp === text(asked));
  const found = person === undefined ? [] : [element(NS, 'personaXml', Object.entries(person).map(([name, value]) => element(NS, name, [value])))];
  return element(NS, 'getPersonaResponse', found);
}

export async function askPersona(desk: Desk, { client, service }: { readonly client: SubsystemId; readonly service: ServiceId }, number: string): Promise<Seen> {
  const id = randomUUID();
  const body = element(NS, 'getPersonaRequest', [element(NS, 'rnokpp', [number])]);
  const answered = await desk.sendSoap(id, soapRequest(renderMessage(envelope(headerElements({ client, service, id, userId: 'official-4' }), [body]), PREFIXES)));
  const [response] = answered.message?.body ?? [];
  if (response?.ns !== NS || response.name !== 'getPersonaResponse') return { answer: answered };
  const person = child(response, NS, 'personaXml');
  return person === undefined ? { answer: answered, found: false } : { answer: answered, found: true, name: nameOf(person) };
}

function nameOf(person: XmlElement): string {
  const fields = new Map(elements(person).map((field) => [field.name, text(field)]));
  return `${fields.get('firstName')} ${fields.get('lastName')}`;
}
