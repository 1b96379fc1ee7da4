/** Greenland on Pitu: the data distributor with persons and companies, and a self-service that asks. */
import type { HomePlan } from '../../plan.ts';

export const GL_PLAN: HomePlan = {
  country: 'GL',
  ecosystem: 'gl-pitu',
  software: 'uxp',
  requestHash: 'sha512',
  instance: 'PITU',
  serverCode: 'SS1',
  platform: 'Pitu (sandbox)',
  gateway: { memberClass: 'GOV', memberCode: 'DIA', organisation: 'Digitaliseringsstyrelsen', signing: 'p-256' },
  systems: [
    { name: 'dafo', subsystem: 'PITU/GOV/DIA/magenta_services', memberClass: 'GOV', memberCode: 'DIA', organisation: 'Datafordeleren' },
    { name: 'selvbetjening', subsystem: 'PITU/GOV/AKA/Selvbetjening', memberClass: 'GOV', memberCode: 'AKA', organisation: 'Skattestyrelsen' },
  ],
  serves: {
    'DAFO-PRISME-CPR': { system: 'dafo', path: '/cpr' },
    'DAFO-PRISME-CVR': { system: 'dafo', path: '/cvr' },
  },
  asks: { 'DAFO-PRISME-CPR': 'selvbetjening', 'DAFO-PRISME-CVR': 'selvbetjening' },
};
