/** Finland's tax administration: asks for a commuter's foreign employment income, REST with a JSON body, so that no personal code is in a URL. */
import { randomUUID } from 'node:crypto';
import type { HttpMessage } from '../../../platform/http-client.ts';
import type { KitParts, Seen } from '../../country.ts';
import type { Desk, RestAnswer } from '../../desk.ts';

const CLIENT = 'FI/GOV/0245458-6/vero';
const COMPANIES = '/r1/FI/GOV/0244683-1/prh/companies/companies';

export interface IncomeQuestion {
  /** Personal code as its country writes it. */
  readonly personId: string;
  /** ISO 3166-1 alpha-2; default EE. */
  readonly idCountry?: string;
  /** First and last month, `yyyy-mm`. */
  readonly from: string;
  readonly to: string;
}

/** One payment, as the service answers it. */
export interface Income {
  readonly month: string;
  readonly employer: { readonly idCountry: string; readonly businessId: string; readonly name?: string };
  readonly amountInCents: number;
  readonly currency: string;
}

export interface IncomeAnswer extends RestAnswer {
  /** `FOUND` or `NOT_FOUND`, where the answer has the agreed form. */
  readonly status?: string;
  readonly incomes?: readonly Income[];
}

export interface AskOptions {
  /** Message id; the platform makes one when absent. */
  readonly id?: string;
  readonly userId?: string;
}

export class TaxAdministration {
  readonly #desk: Desk;
  readonly #parts: Pick<KitParts, 'foreign' | 'peer'>;

  constructor(desk: Desk, parts: Pick<KitParts, 'foreign' | 'peer'>) {
    this.#desk = desk;
    this.#parts = parts;
  }

  async ask(question: IncomeQuestion, options: AskOptions = {}): Promise<IncomeAnswer> {
    const id = options.id ?? randomUUID();
    return this.send(id, this.prepare(question, { ...options, id }));
  }

  /** A request made ahead of sending. */
  prepare({ personId, idCountry = 'EE', from, to }: IncomeQuestion, options: AskOptions & { readonly id: string }): HttpMessage {
    const question = { person: { idCountry, id: personId }, period: { from, to } };
    return { method: 'POST', target: `/r1/${this.#parts.foreign('employmentIncome')}/income-queries`, headers: { ...headers(options), 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(question)) };
  }

  /** Sends what `prepare` made under `id`. */
  async send(id: string, request: HttpMessage): Promise<IncomeAnswer> {
    const answer = await this.#desk.sendRest(id, request);
    return { ...answer, ...(answer.reply.status === 200 ? readIncomes(answer.json) : {}) };
  }

  /** A foreign company register, by the number under which its country has the company. */
  async askForeignCompany(registrationNumber: string): Promise<Seen> {
    const id = randomUUID();
    const { foreign, peer } = this.#parts;
    const body = Buffer.from(JSON.stringify({ country: peer, registrationNumber }));
    const answer = await this.#desk.sendRest(id, { method: 'POST', target: `/r1/${foreign('foreignCompanies')}/company-queries`, headers: { ...headers({ id }), 'content-type': 'application/json' }, body });
    return { answer, ...(answer.reply.status === 200 ? readCompany(answer.json) : {}) };
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

function readIncomes(json: unknown): Pick<IncomeAnswer, 'status' | 'incomes'> {
  if (typeof json !== 'object' || json === null || !('status' in json) || typeof json.status !== 'string') return {};
  return { status: json.status, ...('incomes' in json && Array.isArray(json.incomes) ? { incomes: json.incomes as Income[] } : {}) };
}

function readCompany(json: unknown): Pick<Seen, 'found' | 'name'> {
  const { status, companies } = json as { readonly status?: string; readonly companies?: readonly { readonly name: string }[] };
  const name = companies?.[0]?.name;
  return status === 'FOUND' && name !== undefined ? { found: true, name } : status === 'NOT_FOUND' ? { found: false } : {};
}
