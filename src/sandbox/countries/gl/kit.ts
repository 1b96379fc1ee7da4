import { lookUpKit } from '../../look-up-kit.ts';
import type { LookUp } from '../../registers/look-up.ts';
import companies from './companies.json' with { type: 'json' };
import persons from './persons.json' with { type: 'json' };
import { GL_PLAN } from './plan.ts';

/** The answer is the person, with a mark. */
const cpr: LookUp = {
  operation: 'GET /{}',
  key: 'cprNummer',
  rows: persons,
  answer: (person) => (person === undefined ? { fundet: false } : { fundet: true, ...person }),
  rowIn: (answer) => (answer['fundet'] === false ? null : answer['fundet'] === true ? answer : undefined),
  name: ({ fornavn, efternavn }) => `${String(fornavn)} ${String(efternavn)}`,
};

/** The answer is the company, or empty. */
const cvr: LookUp = {
  operation: 'GET /{}',
  key: 'cvrNummer',
  rows: companies,
  answer: (company) => company ?? {},
  rowIn: (answer) => (answer['cvrNummer'] === undefined ? null : answer),
  name: ({ navn }) => String(navn),
};

export const GREENLAND = lookUpKit(GL_PLAN, { 'DAFO-PRISME-CPR': cpr, 'DAFO-PRISME-CVR': cvr }, {
  'DAFO-PRISME-CPR': { number: '0101701234', name: 'Aviâja Eksempel', missing: '3112991234' },
  'DAFO-PRISME-CVR': { number: '12950160', name: 'Sermeq Fisk ApS', missing: '99999994' },
});
