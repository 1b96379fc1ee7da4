import type { CountryKit } from '../../country.ts';
import { lookUpKit } from '../../look-up-kit.ts';
import type { LookUpAgencies } from '../../look-up-kit.ts';
import type { HomePlan } from '../../plan.ts';
import { systemOf } from '../../plan.ts';
import type { LookUp, Row } from '../../registers/look-up.ts';
import { askPersona, startPersons } from './persons.ts';
import { TREMBITA_1, TREMBITA_2 } from './plan.ts';
import subjects from './subjects.json' with { type: 'json' };

const edr: LookUp = {
  operation: 'GET /subjects?code={}',
  key: 'code',
  rows: subjects,
  answer: (subject) => (subject === undefined ? {} : { subjects: [subject] }),
  rowIn: ({ subjects: found }) => (found === undefined ? null : (found as readonly Row[])[0]),
  name: ({ names }) => String((names as Row | undefined)?.['name']),
};

const KNOWN = {
  getPersona: { number: '1759013776', name: 'Оксана Приклад', missing: '2759013770' },
  subjects: { number: '32855961', name: 'Товариство з обмеженою відповідальністю «Приклад»', missing: '14360570' },
};

/** Persons are asked over SOAP; the rest are look-ups. */
function ukraine(home: HomePlan): CountryKit<LookUpAgencies> {
  const rest = lookUpKit(home, { subjects: edr }, KNOWN);
  return {
    ...rest,
    registers: (parts) => (settings) => {
      const service = parts.plan.services.find(({ at }) => 'system' in at && at.system === 'persons');
      return { ...rest.registers(parts)(settings), persons: startPersons(settings('persons'), service?.id ?? 'persons') };
    },
    ask(agencies, code, number) {
      const desk = code === 'getPersona' ? agencies.desks.get('portal') : undefined;
      if (desk === undefined) return rest.ask(agencies, code, number);
      return askPersona(desk, { client: systemOf(home, 'portal').subsystem, service: agencies.foreign(code) }, number);
    },
  };
}

export const UKRAINE = ukraine(TREMBITA_2);
export const UKRAINE_1 = ukraine(TREMBITA_1);
