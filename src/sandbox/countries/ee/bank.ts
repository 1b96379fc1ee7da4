/** An Estonian bank: asks for a foreign company in the form of Estonia's business register, and at home for its customer's salary. */
import { randomUUID } from 'node:crypto';
import type { HttpMessage } from '../../../platform/http-client.ts';
import type { XmlElement } from '../../../stages.ts';
import { child, children, element, elements, text } from '../../../xml/element.ts';
import type { KitParts } from '../../country.ts';
import { EMTA_NS } from './tax-board.ts';
import { envelope, headerElements, renderMessage } from '../../soap/message.ts';
import { soapRequest } from '../../desk.ts';
import type { Desk, SoapAnswer } from '../../desk.ts';

export const ARIREG_NS = 'http://arireg.x-road.eu/producer/';

const CLIENT = 'EE/COM/10137319/pank';
const SALARY_SERVICE = 'EE/GOV/70000349/emta/xteePalgaandmed/v1';

export interface CompanyQuestion {
  /** Registry code as the country of the company writes it. */
  readonly registryCode: string;
}

export interface SalaryQuestion {
  readonly personCode: string;
  /** First and last month, `kk.aaaa`. */
  readonly from: string;
  readonly to: string;
}

export interface AskOptions {
  /** Message id; a new UUID when absent. */
  readonly id?: string;
  readonly userId?: string;
}

/** One company of the answer: the register's field names and their texts. */
export type CompanyRecord = Readonly<Record<string, string>>;

export interface CompanyAnswer extends SoapAnswer {
  /** `leitud_ettevotjate_arv`, where the answer has the register's form. */
  readonly found?: number;
  readonly companies?: readonly CompanyRecord[];
}

export interface SalaryAnswer extends SoapAnswer {
  readonly total?: string;
  readonly payments?: readonly Readonly<Record<string, string>>[];
}

type Identified = AskOptions & { readonly id: string };

export class Bank {
  readonly #desk: Desk;
  readonly #foreign: KitParts['foreign'];

  constructor(desk: Desk, foreign: KitParts['foreign']) {
    this.#desk = desk;
    this.#foreign = foreign;
  }

  async ask(question: CompanyQuestion, options: AskOptions = {}): Promise<CompanyAnswer> {
    const id = options.id ?? randomUUID();
    return this.send(id, this.prepare(question, { ...options, id }));
  }

  /** A request made ahead of sending. */
  prepare(question: CompanyQuestion, options: Identified): HttpMessage {
    const asked = element(ARIREG_NS, 'keha', [element(ARIREG_NS, 'ariregistri_kood', [question.registryCode])]);
    return request(this.#foreign('lihtandmed_v2'), element(ARIREG_NS, 'lihtandmed_v2', [asked]), options);
  }

  /** Sends what `prepare` made under `id`. */
  async send(id: string, message: HttpMessage): Promise<CompanyAnswer> {
    const answer = await this.#desk.sendSoap(id, message);
    return { ...answer, ...readCompanies(answer.message?.body[0]) };
  }

  /** The domestic tax board, with the customer's consent. */
  async askSalary(question: SalaryQuestion, options: AskOptions = {}): Promise<SalaryAnswer> {
    const id = options.id ?? randomUUID();
    const fields = [element('', 'isikukood', [question.personCode]), element('', 'algkuup', [question.from]), element('', 'loppkuup', [question.to])];
    const body = element(EMTA_NS, 'xteePalgaandmed', [element('', 'keha', fields)]);
    const answer = await this.#desk.sendSoap(id, request(SALARY_SERVICE, body, { ...options, id }));
    return { ...answer, ...readSalary(answer.message?.body[0]) };
  }
}

function request(service: string, body: XmlElement, { id, userId }: Identified): HttpMessage {
  const header = headerElements({ client: CLIENT, service, id, userId: userId ?? 'EE47101010033' });
  return soapRequest(renderMessage(envelope(header, [body]), { [ARIREG_NS]: 'prod', [EMTA_NS]: 'emta' }));
}

function readCompanies(answer: XmlElement | undefined): Pick<CompanyAnswer, 'found' | 'companies'> {
  const body = answer === undefined ? undefined : child(answer, ARIREG_NS, 'keha');
  const count = body === undefined ? undefined : child(body, ARIREG_NS, 'leitud_ettevotjate_arv');
  if (body === undefined || count === undefined) return {};
  const list = child(body, ARIREG_NS, 'ettevotjad');
  return { found: Number(text(count)), companies: list === undefined ? [] : children(list, ARIREG_NS, 'item').map(record) };
}

function readSalary(answer: XmlElement | undefined): Pick<SalaryAnswer, 'total' | 'payments'> {
  const body = answer === undefined ? undefined : child(answer, '', 'keha');
  if (body === undefined) return {};
  const total = child(body, '', 'kokku');
  const list = child(body, '', 'perioodJada');
  return { ...(total === undefined ? {} : { total: text(total) }), payments: list === undefined ? [] : children(list, '', 'item').map(record) };
}

function record(item: XmlElement): Record<string, string> {
  return Object.fromEntries(elements(item).map((field) => [field.name, text(field)]));
}
