import type { CountryKit } from '../../country.ts';
import { signerOf } from '../../pki/credentials.ts';
import { Bank } from './bank.ts';
import { TaxOfficer } from './officer.ts';
import { EE_PLAN } from './plan.ts';
import { startPopulationRegister } from './population.ts';
import { startTaxBoard } from './tax-board.ts';

export const ESTONIA: CountryKit<{ readonly bank: Bank; readonly taxOfficer: TaxOfficer }> = {
  home: EE_PLAN,
  registers: ({ keys, clock, signatures }) => (settings) => ({
    emta: startTaxBoard(settings('emta')),
    rr: startPopulationRegister({ ...settings('rr'), signer: signerOf(keys, 'rr'), signingAuthority: keys.signingAuthority.certificate, signatures, clock }),
  }),
  agencies: ({ desk }, { keys, clock, foreign }) => ({
    bank: new Bank(desk('pank'), foreign),
    taxOfficer: new TaxOfficer(desk('emta'), signerOf(keys, 'emta'), clock),
  }),
};
