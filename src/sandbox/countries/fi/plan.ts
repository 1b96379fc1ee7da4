/** Finland on Palveluväylä: a company register, a tax administration and a municipality. */
import type { HomePlan } from '../../plan.ts';

export const FI_PLAN: HomePlan = {
  country: 'FI',
  ecosystem: 'fi-palveluvayla',
  software: 'xroad',
  requestHash: 'sha512',
  instance: 'FI',
  serverCode: 'SS1',
  platform: 'Palveluväylä (sandbox)',
  gateway: { memberClass: 'GOV', memberCode: '0245437-2', organisation: 'Digi- ja väestötietovirasto', signing: 'p-256' },
  systems: [
    { name: 'vero', subsystem: 'FI/GOV/0245458-6/vero', memberClass: 'GOV', memberCode: '0245458-6', organisation: 'Verohallinto' },
    { name: 'prh', subsystem: 'FI/GOV/0244683-1/prh', memberClass: 'GOV', memberCode: '0244683-1', organisation: 'Patentti- ja rekisterihallitus' },
    { name: 'vaestotiedot', subsystem: 'FI/MUN/0101263-6/vaestotiedot', memberClass: 'MUN', memberCode: '0101263-6', organisation: 'Merilahden kaupunki', signing: 'rsa-2048' },
  ],
  serves: { companies: { system: 'prh', path: '/opendata-ytj-api/v3', allowed: ['vero'] } },
  asks: { employmentIncome: 'vero', HenkilonTunnusKysely: 'vaestotiedot', foreignCompanies: 'vero' },
};
