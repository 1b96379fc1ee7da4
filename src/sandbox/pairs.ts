/** Pairs of countries with what is asked over them. */
import { EE_FI } from './kits.ts';
import type { Countries, EeFi, Kits } from './kits.ts';
import { EXAMPLES, SCENARIOS } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';

export interface PairChoice<K extends Kits = Kits> {
  readonly kits: K;
  readonly scenarios: readonly Scenario<K>[];
  /** A command for a terminal that asks one of the questions, with what it does as a comment; none where no single line can. */
  command(countries: Countries<K>): readonly string[];
}

const DEFAULT_PAIR: PairChoice<EeFi> = {
  kits: EE_FI,
  scenarios: SCENARIOS,
  command({ FI }) {
    const identity = FI.keys.systems['vero']?.tls;
    const tls = `--cacert ${FI.keys.tlsAuthority.certificateFile} --cert ${identity?.certificateFile ?? ''} --key ${identity?.keyFile ?? ''}`;
    const question = JSON.stringify({ person: { idCountry: 'EE', id: EXAMPLES.person }, period: { from: '2025-01', to: '2025-03' } });
    return [
      "# ask as Finland's tax administration, through its own security server",
      `curl -s ${tls} -H 'X-Road-Client: FI/GOV/0245458-6/vero' -H 'Content-Type: application/json' -d '${question}' ${FI.securityServerUrl}/r1/${FI.plan.foreign.get('employment-income')}/income-queries`,
    ];
  },
};

/** The pair of the demo. */
export function choosePair(): PairChoice {
  return DEFAULT_PAIR;
}
