import { lookUpKit } from '../../look-up-kit.ts';
import type { LookUp, Row } from '../../registers/look-up.ts';
import companies from './companies.json' with { type: 'json' };
import persons from './persons.json' with { type: 'json' };
import { KH_PLAN } from './plan.ts';

const identity: LookUp = {
  operation: 'POST /identity-queries',
  field: 'idNumber',
  key: 'idNumber',
  rows: persons,
  answer: (citizen) => (citizen === undefined ? { result: 'NOT_FOUND' } : { result: 'FOUND', citizen }),
  rowIn: ({ result, citizen }) => (result === 'NOT_FOUND' ? null : (citizen as Row | undefined)),
  name: ({ givenName, familyName }) => `${String(givenName)} ${String(familyName)}`,
};

const businesses: LookUp = {
  operation: 'GET /companies/{}',
  key: 'companyNumber',
  rows: companies,
  answer: (company) => (company === undefined ? { result: 'NOT_FOUND' } : { result: 'FOUND', companies: [company] }),
  rowIn: ({ result, companies: found }) => (result === 'NOT_FOUND' ? null : (found as readonly Row[] | undefined)?.[0]),
  name: ({ name }) => String(name),
};

export const CAMBODIA = lookUpKit(KH_PLAN, { identity, companies: businesses }, {
  identity: { number: '010123456', name: 'Dara SOK', missing: '010999999' },
  companies: { number: '00012345', name: 'Tonle Weaving Co., Ltd.', missing: '00099999' },
});
