import type { CountryKit } from '../../country.ts';
import { signerOf } from '../../pki/credentials.ts';
import { startCompanyRegister } from './companies.ts';
import { Municipality } from './municipality.ts';
import { FI_PLAN } from './plan.ts';
import { TaxAdministration } from './tax-administration.ts';

export const FINLAND: CountryKit<{ readonly tax: TaxAdministration; readonly municipality: Municipality }> = {
  home: FI_PLAN,
  registers: () => (settings) => ({ prh: startCompanyRegister(settings('prh')) }),
  agencies: ({ desk, faults }, { keys, clock, foreign }) => ({
    tax: new TaxAdministration(desk('vero'), foreign),
    municipality: new Municipality({ desk: desk('vaestotiedot'), signer: signerOf(keys, 'vaestotiedot'), signingAuthority: keys.signingAuthority.certificate, faults, clock, foreign }),
  }),
};
