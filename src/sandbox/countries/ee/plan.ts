/** Estonia on X-tee: a tax board, a population register that signs, and a bank. */
import type { HomePlan } from '../../plan.ts';

export const EE_PLAN: HomePlan = {
  country: 'EE',
  ecosystem: 'ee-xtee',
  software: 'xroad',
  requestHash: 'sha512',
  instance: 'EE',
  serverCode: 'SS1',
  platform: 'X-tee (sandbox)',
  gateway: { memberClass: 'GOV', memberCode: '70006317', organisation: 'Riigi Infosüsteemi Amet', signing: 'p-256' },
  systems: [
    { name: 'emta', subsystem: 'EE/GOV/70000349/emta', memberClass: 'GOV', memberCode: '70000349', organisation: 'Maksu- ja Tolliamet', signing: 'p-256' },
    { name: 'rr', subsystem: 'EE/GOV/70008440/rr', memberClass: 'GOV', memberCode: '70008440', organisation: 'Siseministeerium', signing: 'p-256' },
    { name: 'pank', subsystem: 'EE/COM/10137319/pank', memberClass: 'COM', memberCode: '10137319', organisation: 'Rannikupank AS' },
  ],
  serves: {
    // The bank asks with the consent of its customer: the domestic use of the same service.
    xteePalgaandmed: { system: 'emta', path: '/tsd', allowed: ['pank'] },
    RR456: { system: 'rr', path: '/producer', allowed: ['emta'] },
  },
  asks: { lihtandmed_v2: 'pank', RR456: 'emta' },
};
