/** The tax board's own officers: they ask population registers, at home and abroad, signed. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../platform/clock.ts';
import type { XmlElement } from '../../../stages.ts';
import { element } from '../../../xml/element.ts';
import type { KitParts } from '../../country.ts';
import type { SystemKeys } from '../../pki/prepare.ts';
import { RR_NS } from './population.ts';
import { field, part } from '../../registers/soap-service.ts';
import { headerElements } from '../../soap/message.ts';
import { MessageSigner } from '../../soap/wss-sign.ts';
import { soapRequest } from '../../desk.ts';
import type { Desk, SoapAnswer } from '../../desk.ts';

const CLIENT = 'EE/GOV/70000349/emta';
const SERVICE = 'EE/GOV/70008440/rr/RR456/v1';

/** What RR456 says of a person. */
export interface PersonAnswer extends SoapAnswer {
  /** Absent where the answer is none of RR456. */
  readonly found?: boolean;
  /** Given name and family name. */
  readonly name?: string;
}

export class TaxOfficer {
  readonly #desk: Desk;
  readonly #signer: MessageSigner;
  readonly #clock: Clock;
  readonly #foreign: KitParts['foreign'];

  constructor(desk: Desk, signer: NonNullable<SystemKeys['member']>, { clock, foreign }: Pick<KitParts, 'clock' | 'foreign'>) {
    this.#desk = desk;
    this.#signer = new MessageSigner(signer.valid, { [RR_NS]: 'prod' });
    this.#clock = clock;
    this.#foreign = foreign;
  }

  /** The population register at home. */
  ask(personCode: string, options: { readonly id?: string } = {}): Promise<PersonAnswer> {
    return this.#send(SERVICE, personCode, options.id ?? randomUUID());
  }

  /** A foreign population register, in the form of our own. */
  askAbroad(personCode: string): Promise<PersonAnswer> {
    return this.#send(this.#foreign('RR456'), personCode, randomUUID());
  }

  async #send(service: string, personCode: string, id: string): Promise<PersonAnswer> {
    const header = headerElements({ client: CLIENT, service, id, userId: 'EE47101010033' });
    const body = element(RR_NS, 'RR456', [element('', 'request', [element('', 'Isikukood', [personCode])])]);
    const answer = await this.#desk.sendSoap(id, soapRequest(this.#signer.message(header, body, this.#clock.now())));
    return { ...answer, ...readPerson(answer.message?.body[0]) };
  }
}

function readPerson(answer: XmlElement | undefined): Pick<PersonAnswer, 'found' | 'name'> {
  const response = answer?.ns === RR_NS ? part(answer, 'response') : undefined;
  const persons = response === undefined ? undefined : part(response, 'Isikud');
  const person = persons === undefined ? undefined : part(persons, 'Isik');
  if (person !== undefined) return { found: true, name: `${field(person, 'Isik.Eesnimi')} ${field(person, 'Isik.Perenimi')}` };
  return [field(response, 'faultCode'), field(response, 'Veakood')].includes('10027') ? { found: false } : {};
}
