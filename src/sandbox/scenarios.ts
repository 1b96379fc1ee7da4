/** The three questions that cross the border, each with what the asker must find in the answer, in its own country's form. */
import { inspect, isDeepStrictEqual } from 'node:util';
import type { Answer, SoapAnswer } from './desk.ts';
import type { Countries, EeFi, Kits } from './kits.ts';
import type { CountryCode } from './plan.ts';

export interface ScenarioResult {
  readonly ok: boolean;
  /** What was found, or the first thing that is wrong; no personal code in it. */
  readonly details: string;
  /** Message id under which the found case was asked. */
  readonly id: string;
  readonly requestHash: Answer['requestHash'];
}

export interface Scenario<K extends Kits = Kits> {
  readonly name: string;
  readonly title: string;
  readonly from: keyof K & CountryCode;
  readonly to: keyof K & CountryCode;
  /** Of the asking and of the answering side. */
  readonly dialects: readonly [string, string];
  /** Asks twice: for somebody who is there, and for somebody who is not. Rejects when no answer comes. */
  run(countries: Countries<K>): Promise<ScenarioResult>;
}

export const EXAMPLES = {
  /** Has income from several employers, and a record in the population register. */
  person: '36805280109',
  /** Valid, and in no register. */
  nobody: '37704053334',
  /** Has a current, a parallel and a former name. */
  company: '2077474-0',
  /** Valid, and in no register. */
  noCompany: '1999999-3',
} as const;

export const SCENARIOS: readonly Scenario<EeFi>[] = [
  { name: 'commuting-worker', title: 'Finland\'s tax administration asks Estonia\'s tax board for a commuter\'s income', from: 'FI', to: 'EE', dialects: ['xroad-rest', 'xroad-soap'], run: commutingWorker },
  { name: 'foreign-company', title: 'An Estonian bank asks Finland\'s company register for a company', from: 'EE', to: 'FI', dialects: ['xroad-soap', 'xroad-rest'], run: foreignCompany },
  { name: 'population', title: 'A Finnish municipality asks Estonia\'s population register for a person', from: 'FI', to: 'EE', dialects: ['xroad-soap', 'xroad-soap'], run: population },
];

async function commutingWorker({ FI }: Countries<EeFi>): Promise<ScenarioResult> {
  const ask = (personId: string) => FI.agencies.tax.ask({ personId, from: '2025-01', to: '2025-12' });
  const [found, missing] = [await ask(EXAMPLES.person), await ask(EXAMPLES.nobody)];
  const { incomes = [] } = found;
  const cents = incomes.reduce((sum, { amountInCents }) => sum + amountInCents, 0);
  return judge(found, missing, `${incomes.length} payments of 2025, EUR ${(cents / 100).toFixed(2)} in all; not found is status NOT_FOUND`, [
    ['HTTP status', [found, missing].map(({ reply }) => reply.status), [200, 200]],
    ['X-Road-Error', [found.platformError, missing.platformError], [undefined, undefined]],
    ['status', [found.status, missing.status], ['FOUND', 'NOT_FOUND']],
    ['payments', incomes.length, 16],
    ['sum in cents', cents, 2_477_355],
    ['employers', [...new Set(incomes.map(({ employer }) => `${employer.idCountry} ${employer.name}`))].toSorted(), ['EE Põhjaranna Laevad OÜ', 'EE Tähetorni Tarkvara OÜ']],
    ['currencies', [...new Set(incomes.map(({ currency }) => currency))], ['EUR']],
    ['payments of nobody', missing.incomes?.length ?? 0, 0],
  ]);
}

async function foreignCompany({ EE }: Countries<EeFi>): Promise<ScenarioResult> {
  const ask = (registryCode: string) => EE.agencies.bank.ask({ registryCode });
  const [found, missing] = [await ask(EXAMPLES.company), await ask(EXAMPLES.noCompany)];
  const company = found.companies?.[0] ?? {};
  return judge(found, missing, `${company['evnimi']}, ${company['staatus_tekstina']}; not found is a count of 0`, [
    ['faults', faultCodes(found, missing), [undefined, undefined]],
    ['leitud_ettevotjate_arv', [found.found, missing.found], [1, 0]],
    ['items', [found.companies?.length, missing.companies?.length], [1, 0]],
    ['evnimi', company['evnimi'], 'Kuusiniemi Konepaja Oy'],
    ['ariregistri_kood', company['ariregistri_kood'], EXAMPLES.company],
    ['oiguslik_vorm', company['oiguslik_vorm'], 'OÜ'],
    ['staatus', company['staatus'], 'R'],
  ]);
}

async function population({ FI }: Countries<EeFi>): Promise<ScenarioResult> {
  const ask = (personCode: string) => FI.agencies.municipality.ask({ personCode });
  const [found, missing] = [await ask(EXAMPLES.person), await ask(EXAMPLES.nobody)];
  const details = `${found.record?.givenNames} ${found.record?.familyName}, answer signed by the member; not found is Paluukoodi ${missing.record?.code}`;
  return judge(found, missing, details, [
    ['faults', faultCodes(found, missing), [undefined, undefined]],
    ['Paluukoodi', [found.record?.code, missing.record?.code], ['0000', '0001']],
    ['Sukunimi', [found.record?.familyName, missing.record?.familyName], ['Sõrmus', undefined]],
    ['Etunimet', found.record?.givenNames, 'Jüri'],
    ['UlkomainenPaikkakuntaJaValtioSelvakielinen', found.record?.placeAbroad, 'Tallinn'],
    ['Kuolinpvm', found.record?.dateOfDeath, undefined],
    ['signatures of the answers', [found.signature, missing.signature], ['valid', 'valid']],
  ]);
}

function faultCodes(...answers: readonly SoapAnswer[]): (string | undefined)[] {
  return answers.map(({ fault }) => fault?.code);
}

type Check = readonly [what: string, seen: unknown, expected: unknown];

/** `hash`: what the platform's hashes of our requests must say; a platform may have none. */
export function judge(found: Answer, missing: Answer, details: string, checks: readonly Check[], hash: Answer['requestHash'] = 'matches'): ScenarioResult {
  const { id, requestHash } = found;
  const all: readonly Check[] = [...checks, ['hashes of our own requests', [requestHash, missing.requestHash], [hash, hash]]];
  const wrong = all.find(([, seen, expected]) => !isDeepStrictEqual(seen, expected));
  if (wrong === undefined) return { ok: true, details, id, requestHash };
  const [what, seen, expected] = wrong;
  return { ok: false, details: `${what}: expected ${inspect(expected)}, got ${inspect(seen)}`, id, requestHash };
}
