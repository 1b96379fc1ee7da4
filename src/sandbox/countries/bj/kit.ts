import { lookUpKit } from '../../look-up-kit.ts';
import type { LookUp, Row } from '../../registers/look-up.ts';
import companies from './companies.json' with { type: 'json' };
import persons from './persons.json' with { type: 'json' };
import { BJ_PLAN } from './plan.ts';

const personne: LookUp = {
  operation: 'POST /personnes',
  field: 'npi',
  key: 'npi',
  rows: persons,
  answer: (found) => (found === undefined ? { status: 'NON_TROUVE' } : { status: 'OK', personne: found }),
  rowIn: ({ status, personne: found }) => (status === 'NON_TROUVE' ? null : (found as Row | undefined)),
  name: ({ prenoms, nom }) => `${String(prenoms)} ${String(nom)}`,
};

const contribuable: LookUp = {
  operation: 'GET ?ifu={}',
  key: 'ifu',
  rows: companies,
  answer: (found) => (found === undefined ? { status: 'NON_TROUVE' } : { status: 'OK', object: found }),
  rowIn: ({ status, object: found }) => (status === 'NON_TROUVE' ? null : (found as Row | undefined)),
  name: ({ raisonSociale }) => String(raisonSociale),
};

export const BENIN = lookUpKit(BJ_PLAN, { 'PERSONNE': personne, 'DETAIL-IFU': contribuable }, {
  'PERSONNE': { number: '1234567890', name: 'Afi Marie HOUNGBO', missing: '9999999999' },
  'DETAIL-IFU': { number: '3201400012345', name: 'Cotons du Zou SARL', missing: '3201999999999' },
});
