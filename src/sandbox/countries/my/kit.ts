import { lookUpKit } from '../../look-up-kit.ts';
import type { LookUp, Row } from '../../registers/look-up.ts';
import citizens from './citizens.json' with { type: 'json' };
import companies from './companies.json' with { type: 'json' };
import { MY_PLAN } from './plan.ts';

const NONE = { responseCode: '01', responseMessage: 'Record not found' };
const FOUND = { responseCode: '00', responseMessage: 'Success' };

const search: LookUp = {
  operation: 'POST /v1/citizens/search',
  field: 'icNo',
  key: 'icNo',
  rows: citizens,
  answer: (citizen) => (citizen === undefined ? NONE : { ...FOUND, citizen }),
  rowIn: ({ responseCode, citizen }) => (responseCode === '01' ? null : (citizen as Row | undefined)),
  name: ({ givenName, surname }) => `${String(givenName)} ${String(surname)}`,
};

const lookup: LookUp = {
  operation: 'GET /v1/companies/{}',
  key: 'registrationNo',
  rows: companies,
  answer: (company) => (company === undefined ? NONE : { ...FOUND, companies: [company] }),
  rowIn: ({ responseCode, companies: found }) => (responseCode === '01' ? null : (found as readonly Row[] | undefined)?.[0]),
  name: ({ companyName }) => String(companyName),
};

export const MALAYSIA = lookUpKit(MY_PLAN, { search, lookup }, {
  search: { number: '660527105276', name: 'Aminah binti Rahman', missing: '990101109999' },
  lookup: { number: '202001012345', name: 'Contoh Sdn Bhd', missing: '202001099999' },
});
