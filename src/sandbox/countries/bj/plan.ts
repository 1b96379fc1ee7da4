/** Benin on UXP: the register of persons, the tax office's register of taxpayers, and a portal that asks. */
import type { HomePlan } from '../../plan.ts';

export const BJ_PLAN: HomePlan = {
  country: 'BJ',
  ecosystem: 'bj-uxp',
  software: 'uxp',
  requestHash: 'sha512',
  instance: 'BJ',
  serverCode: 'SS1',
  platform: 'Benin UXP (sandbox)',
  gateway: { memberClass: 'GOV', memberCode: 'ASIN', organisation: 'Agence des Systèmes d’Information et du Numérique', signing: 'p-256' },
  systems: [
    { name: 'anip', subsystem: 'BJ/GOV/ANIP/Anip', memberClass: 'GOV', memberCode: 'ANIP', organisation: 'Agence nationale d’identification des personnes' },
    { name: 'dgi', subsystem: 'BJ/GOV/DGI/CFISC', memberClass: 'GOV', memberCode: 'DGI', organisation: 'Direction générale des impôts' },
    { name: 'portail', subsystem: 'BJ/GOV/PNS/PORTAIL', memberClass: 'GOV', memberCode: 'PNS', organisation: 'Portail national des services' },
  ],
  serves: {
    'PERSONNE': { system: 'anip', path: '/registre' },
    'DETAIL-IFU': { system: 'dgi', path: '/cfisc' },
  },
  asks: { 'PERSONNE': 'portail', 'DETAIL-IFU': 'portail' },
};
