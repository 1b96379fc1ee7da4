/** The tax board's own officers: they ask the population register at home, signed, as a foreign municipality does from abroad. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../platform/clock.ts';
import { element } from '../../../xml/element.ts';
import type { SystemKeys } from '../../pki/prepare.ts';
import { RR_NS } from './population.ts';
import { headerElements } from '../../soap/message.ts';
import { MessageSigner } from '../../soap/wss-sign.ts';
import { soapRequest } from '../../desk.ts';
import type { Desk, SoapAnswer } from '../../desk.ts';

const CLIENT = 'EE/GOV/70000349/emta';
const SERVICE = 'EE/GOV/70008440/rr/RR456/v1';

export class TaxOfficer {
  readonly #desk: Desk;
  readonly #signer: MessageSigner;
  readonly #clock: Clock;

  constructor(desk: Desk, signer: NonNullable<SystemKeys['member']>, clock: Clock) {
    this.#desk = desk;
    this.#signer = new MessageSigner(signer.valid);
    this.#clock = clock;
  }

  async ask(personCode: string, options: { readonly id?: string } = {}): Promise<SoapAnswer> {
    const id = options.id ?? randomUUID();
    const header = headerElements({ client: CLIENT, service: SERVICE, id, userId: 'EE47101010033' });
    const body = element(RR_NS, 'RR456', [element('', 'request', [element('', 'Isikukood', [personCode])])]);
    return this.#desk.sendSoap(id, soapRequest(this.#signer.message(header, body, this.#clock.now(), { [RR_NS]: 'prod' })));
  }
}
