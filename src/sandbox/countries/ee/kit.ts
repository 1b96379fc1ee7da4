import type { CountryKit } from '../../country.ts';
import { signerOf } from '../../pki/credentials.ts';
import { Bank } from './bank.ts';
import { TaxOfficer } from './officer.ts';
import { EE_PLAN } from './plan.ts';
import { startPopulationRegister } from './population.ts';
import { startTaxBoard } from './tax-board.ts';

export const ESTONIA: CountryKit<{ readonly bank: Bank; readonly taxOfficer: TaxOfficer }> = {
  home: EE_PLAN,
  known: {
    RR456: { number: '36805280109', name: 'Jüri Sõrmus', missing: '37704053334' },
  },
  async ask({ bank, taxOfficer }, code, number) {
    if (code === 'RR456') {
      const { found, name, ...answer } = await taxOfficer.askAbroad(number);
      return { answer, ...(found === undefined ? {} : { found }), ...(name === undefined ? {} : { name }) };
    }
    const { found, companies, ...answer } = await bank.ask({ registryCode: number });
    const name = companies?.[0]?.['evnimi'];
    return { answer, ...(found === undefined ? {} : { found: found > 0 }), ...(name === undefined ? {} : { name }) };
  },
  registers: ({ keys, clock, signatures }) => (settings) => ({
    emta: startTaxBoard(settings('emta')),
    rr: startPopulationRegister({ ...settings('rr'), signer: signerOf(keys, 'rr'), signingAuthority: keys.signingAuthority.certificate, signatures, clock }),
  }),
  agencies: ({ desk }, { keys, ...parts }) => ({
    bank: new Bank(desk('pank'), parts.foreign),
    taxOfficer: new TaxOfficer(desk('emta'), signerOf(keys, 'emta'), parts),
  }),
};
