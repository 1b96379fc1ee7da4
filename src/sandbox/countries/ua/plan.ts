/** Ukraine on Trembita: persons over SOAP, the register of legal entities over REST, and a portal that asks. */
import type { HomePlan } from '../../plan.ts';

export const TREMBITA_2: HomePlan = {
  country: 'UA',
  ecosystem: 'ua-trembita-2',
  software: 'uxp',
  requestHash: 'sha512',
  instance: 'SEVDEIR-TEST',
  serverCode: 'SS1',
  platform: 'Trembita 2.0 (sandbox)',
  gateway: { memberClass: 'GOV', memberCode: '43220851', organisation: 'Міністерство цифрової трансформації України', signing: 'p-256' },
  systems: [
    { name: 'persons', subsystem: 'SEVDEIR-TEST/GOV/37508470/persons', memberClass: 'GOV', memberCode: '37508470', organisation: 'Реєстр фізичних осіб' },
    { name: 'edr', subsystem: 'SEVDEIR-TEST/GOV/00015622/3_MJU_EDR_prod', memberClass: 'GOV', memberCode: '00015622', organisation: 'Міністерство юстиції України' },
    { name: 'portal', subsystem: 'SEVDEIR-TEST/GOV/43005393/portal', memberClass: 'GOV', memberCode: '43005393', organisation: 'Державна податкова служба України' },
  ],
  serves: {
    getPersona: { system: 'persons', path: '/ws' },
    subjects: { system: 'edr', path: '/edr' },
  },
  asks: { getPersona: 'portal', subjects: 'portal' },
};

/** The same members on the older platform: its hashes of requests are GOST 34.311. */
export const TREMBITA_1: HomePlan = { ...TREMBITA_2, ecosystem: 'ua-trembita-1', requestHash: 'gost34311', platform: 'Trembita 1.x (sandbox)' };
