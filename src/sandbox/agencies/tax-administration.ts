/** Finland's tax administration: asks for a commuter's foreign employment income, REST with a JSON body, so that no personal code is in a URL. */
import { randomUUID } from 'node:crypto';
import type { HttpMessage } from '../../platform/http-client.ts';
import type { Desk, RestAnswer } from './desk.ts';

const CLIENT = 'FI/GOV/0245458-6/vero';
const INCOME = '/r1/FI/GOV/0245437-2/EE-emta/employmentIncome/income-queries';
const COMPANIES = '/r1/FI/GOV/0244683-1/prh/companies/companies';

export interface IncomeQuestion {
  readonly personId: string;
  /** First and last month, `yyyy-mm`. */
  readonly from: string;
  readonly to: string;
}

export interface Income {
  readonly month: string;
  readonly employerId: string;
  readonly employerName: string;
  /** Decimal, in `currency`. */
  readonly amount: string;
  readonly currency: string;
}

export interface IncomeAnswer extends RestAnswer {
  /** Present when the answer has the agreed form; empty for a person without income. */
  readonly incomes?: readonly Income[];
}

export interface AskOptions {
  /** Message id; the platform makes one when absent. */
  readonly id?: string;
  readonly userId?: string;
}

export class TaxAdministration {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async ask(question: IncomeQuestion, options: AskOptions = {}): Promise<IncomeAnswer> {
    const id = options.id ?? randomUUID();
    return this.send(id, this.prepare(question, { ...options, id }));
  }

  /** A request made ahead of sending. */
  prepare(question: IncomeQuestion, options: AskOptions & { readonly id: string }): HttpMessage {
    return { method: 'POST', target: INCOME, headers: { ...headers(options), 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(question)) };
  }

  /** Sends what `prepare` made under `id`. */
  async send(id: string, request: HttpMessage): Promise<IncomeAnswer> {
    const answer = await this.#desk.sendRest(id, request);
    const incomes = answer.reply.status === 200 ? readIncomes(answer.json) : undefined;
    return { ...answer, ...(incomes === undefined ? {} : { incomes }) };
  }

  /** The domestic company register: what the tax administration asks at home. */
  async askCompany(businessId: string, options: AskOptions = {}): Promise<RestAnswer> {
    const id = options.id ?? randomUUID();
    const target = `${COMPANIES}?businessId=${encodeURIComponent(businessId)}`;
    return this.#desk.sendRest(id, { method: 'GET', target, headers: headers({ ...options, id }), body: Buffer.alloc(0) });
  }
}

function headers({ id, userId }: AskOptions & { readonly id: string }): Record<string, string> {
  return { 'x-road-client': CLIENT, 'x-road-id': id, 'x-road-userid': userId ?? 'FIverotarkastaja-4', accept: 'application/json' };
}

function readIncomes(json: unknown): Income[] | undefined {
  if (typeof json !== 'object' || json === null || !('incomes' in json) || !Array.isArray(json.incomes)) return undefined;
  return json.incomes as Income[];
}
