/** Pairs of countries with what is asked over them. */
import type { EcosystemProfile } from '../config/ecosystem-file.ts';
import { CausewayError } from '../errors.ts';
import type { CountryKit } from './country.ts';
import { EE_FI, kitOf } from './kits.ts';
import type { Countries, EeFi, Kits } from './kits.ts';
import { questionsBetween } from './questions.ts';
import { EXAMPLES, SCENARIOS } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';

export interface PairChoice<K extends Kits = Kits> {
  readonly kits: K;
  readonly scenarios: readonly Scenario<K>[];
  /** Whether registers that can read signed questions insist on them. */
  readonly signatures: 'required' | 'accepted';
  /** A command for a terminal that asks one of the questions, with what it does as a comment; none where no single line can. */
  command(countries: Countries<K>): readonly string[];
}

/** The pair of the demo. */
export const DEFAULT_PAIR: PairChoice<EeFi> = {
  kits: EE_FI,
  scenarios: SCENARIOS,
  signatures: 'required',
  command({ FI }) {
    const identity = FI.keys.systems['vero']?.tls;
    const tls = `--cacert ${FI.keys.tlsAuthority.certificateFile} --cert ${identity?.certificateFile ?? ''} --key ${identity?.keyFile ?? ''}`;
    const question = JSON.stringify({ person: { idCountry: 'EE', id: EXAMPLES.person }, period: { from: '2025-01', to: '2025-03' } });
    return [
      "# ask as Finland's tax administration, through its own security server",
      `curl -s ${tls} -H 'X-Road-Client: FI/GOV/0245458-6/vero' -H 'Content-Type: application/json' -d '${question}' ${FI.securityServerUrl}/r1/${FI.plan.foreign.get('employmentIncome')}/income-queries`,
    ];
  },
};

/** Any two profiles of two countries, in the order of their agreement. Throws `config-invalid` for one that the sandbox cannot be. */
export async function choosePair(root: string, [first, second]: readonly [EcosystemProfile, EcosystemProfile]): Promise<PairChoice> {
  const [one, other] = [await loadKit(first), await loadKit(second)];
  if (one === EE_FI.EE && other === EE_FI.FI) return DEFAULT_PAIR;
  return {
    kits: { [first.country]: one, [second.country]: other },
    scenarios: await questionsBetween(root, one, other),
    signatures: 'accepted',
    command: () => [],
  };
}

async function loadKit({ name }: EcosystemProfile): Promise<CountryKit> {
  const kit = await kitOf(name);
  if (kit === undefined) throw new CausewayError('config-invalid', `the sandbox has no country for the profile ${name}`);
  return kit;
}
