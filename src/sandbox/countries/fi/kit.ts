import type { CountryKit } from '../../country.ts';
import { signerOf } from '../../pki/credentials.ts';
import { startCompanyRegister } from './companies.ts';
import { Municipality } from './municipality.ts';
import { FI_PLAN } from './plan.ts';
import { TaxAdministration } from './tax-administration.ts';

export const FINLAND: CountryKit<{ readonly tax: TaxAdministration; readonly municipality: Municipality }> = {
  home: FI_PLAN,
  known: {
    companies: { number: '2077474-0', name: 'Kuusiniemi Konepaja Oy', missing: '1999999-3' },
  },
  async ask({ tax, municipality }, code, number) {
    if (code === 'foreignCompanies') return tax.askForeignCompany(number);
    const { record, ...answer } = await municipality.ask({ personCode: number });
    const found = record === undefined ? undefined : record.code === '0000';
    return { answer, ...(found === undefined ? {} : { found }), ...(found ? { name: `${record?.givenNames} ${record?.familyName}` } : {}) };
  },
  registers: () => (settings) => ({ prh: startCompanyRegister(settings('prh')) }),
  agencies: ({ desk, faults }, { keys, clock, foreign, peer }) => ({
    tax: new TaxAdministration(desk('vero'), { foreign, peer }),
    municipality: new Municipality({ desk: desk('vaestotiedot'), signer: signerOf(keys, 'vaestotiedot'), signingAuthority: keys.signingAuthority.certificate, faults, clock, foreign }),
  }),
};
