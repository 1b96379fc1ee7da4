/** The three questions of the sandbox with everything that a test of a refusal wants to know, and refusals as the asking systems read them. */
import assert from 'node:assert/strict';
import { CODES } from '../../src/errors.ts';
import type { ErrorCode } from '../../src/errors.ts';
import type { Answer, RestAnswer, SoapAnswer } from '../../src/sandbox/desk.ts';
import { EXAMPLES } from '../../src/sandbox/scenarios.ts';
import { isExchangeId } from '../../src/platform/ids.ts';
import { children, elements, text } from '../../src/xml/element.ts';
import type { PairCountry, RunningPair } from './running-pair.ts';

const FAULT_NS = 'urn:causeway:fault:1';

export interface Question {
  readonly name: string;
  readonly from: PairCountry;
  readonly to: PairCountry;
  /** Dialects of the asking and of the answering side. */
  readonly dialects: readonly ['soap' | 'rest', 'soap' | 'rest'];
  /** Id of the service where it is served. */
  readonly service: string;
  ask(pair: RunningPair, id?: string): Promise<Answer>;
}

export const INCOME: Question = {
  name: 'income (REST to SOAP)',
  from: 'FI',
  to: 'EE',
  dialects: ['rest', 'soap'],
  service: 'EE/GOV/70000349/emta/xteePalgaandmed/v1',
  ask: ({ agencies }, id) => agencies.tax.ask({ personId: EXAMPLES.person, from: '2025-01', to: '2025-12' }, id === undefined ? {} : { id }),
};

export const COMPANY: Question = {
  name: 'company (SOAP to REST)',
  from: 'EE',
  to: 'FI',
  dialects: ['soap', 'rest'],
  service: 'FI/GOV/0244683-1/prh/companies',
  ask: ({ agencies }, id) => agencies.bank.ask({ registryCode: EXAMPLES.company }, id === undefined ? {} : { id }),
};

export const POPULATION: Question = {
  name: 'population (SOAP to SOAP, signed)',
  from: 'FI',
  to: 'EE',
  dialects: ['soap', 'soap'],
  service: 'EE/GOV/70008440/rr/RR456/v1',
  ask: ({ agencies }, id) => agencies.municipality.ask({ personCode: EXAMPLES.person }, id === undefined ? {} : { id }),
};

/** A refusal as the asking system reads it: HTTP status, X-Road's three fields, and ours. */
export type CallerFault = Readonly<Record<string, string | number>> & { readonly status: number; readonly faultcode: string; readonly text: string; readonly detail: string };

/** Undefined when the answer is no refusal of a gateway. */
export function gatewayFault(answer: Answer | RestAnswer | SoapAnswer): CallerFault | undefined {
  return 'json' in answer ? restFault(answer) : soapFault(answer);
}

function restFault({ json, reply }: RestAnswer): CallerFault | undefined {
  if (typeof json !== 'object' || json === null || !('type' in json) || reply.headers['causeway-error'] === undefined) return undefined;
  const { type, message, ...rest } = json as Record<string, string>;
  assert.equal(rest['code'], reply.headers['causeway-error']);
  return { ...rest, detail: rest['detail'] ?? '', status: reply.status, faultcode: type ?? '', text: message ?? '' };
}

function soapFault({ message, fault, reply }: SoapAnswer): CallerFault | undefined {
  const detail = message?.body[0] && elements(message.body[0]).find(({ name }) => name === 'detail');
  const ours = detail && children(detail, FAULT_NS, 'fault')[0];
  if (fault === undefined || detail === undefined || ours === undefined) return undefined;
  const fields = Object.fromEntries(elements(ours).map((field) => [field.name, text(field)]));
  return { ...fields, status: reply.status, faultcode: fault.code, text: fault.text, detail: children(detail, '', 'faultDetail').map(text).join() };
}

export interface ExpectedFault {
  readonly code: ErrorCode;
  /** Of a REST caller; a SOAP fault is always 500. */
  readonly status: number;
  /** Country whose side refused. */
  readonly country: PairCountry;
  readonly retry: (typeof CODES)[ErrorCode]['retry'];
  readonly delivered?: 'no' | 'unknown' | 'yes';
  readonly peerCode?: ErrorCode;
  readonly faultcode?: string;
}

/** Asserts the whole refusal in the caller's own dialect; returns the exchange id that it quotes. */
export function assertFault(question: Pick<Question, 'dialects'>, answer: Answer, expected: ExpectedFault): string {
  const fault = gatewayFault(answer);
  assert.ok(fault, `no refusal of a gateway: ${answer.reply.status} ${Buffer.from(answer.reply.body).toString().slice(0, 600)}`);
  const { exchange, text: told, until: _, field: __, ...rest } = fault;
  const { code, faultcode = `server.gateway.${code.replaceAll('-', '_')}`, status, ...others } = expected;
  const soap = question.dialects[0] === 'soap';
  assert.deepEqual(rest, { status: soap ? 500 : status, code, faultcode, fault: CODES[code].fault, detail: exchange, ...others });
  assert.ok(told.startsWith(CODES[code].text), told);
  assert.ok(isExchangeId(String(exchange)), `no exchange id: ${String(exchange)}`);
  return String(exchange);
}
