/** What crosses the border between any two countries: each question that one can ask and the other answer, as a scenario. */
import type { CountryKit, Known } from './country.ts';
import { withPack } from './country.ts';
import type { Answer } from './desk.ts';
import { codeOf, crossings, systemOf } from './plan.ts';
import type { Crossing, Home } from './plan.ts';
import { judge } from './scenarios.ts';
import type { Scenario, ScenarioResult } from './scenarios.ts';

/** Both ways, in the order of the services. `root`: the folder that holds the mappings. */
export async function questionsBetween(root: string, first: CountryKit, second: CountryKit): Promise<Scenario[]> {
  const [one, other] = await Promise.all([withPack(root, first.home), withPack(root, second.home)]);
  const ways = [
    { asking: first, answering: second, crossing: crossings(one, other), there: other },
    { asking: second, answering: first, crossing: crossings(other, one), there: one },
  ];
  return ways.flatMap(({ asking, answering, crossing, there }) => crossing.flatMap((each) => scenarioOf(asking, answering, each, there) ?? []));
}

/** Undefined where the sandbox does not know anything to ask about. */
function scenarioOf(asking: CountryKit, answering: CountryKit, { system, imported, exported }: Crossing, there: Home): Scenario | undefined {
  const known = answering.known[codeOf(exported.service)];
  const served = answering.home.serves[codeOf(exported.service)];
  if (known === undefined || served === undefined) return undefined;
  const [from, to] = [asking.home.country, answering.home.country];
  return {
    name: `${from.toLowerCase()}-asks-${imported.subject}`,
    title: `${system.organisation} of ${from} asks ${systemOf(there.plan, served.system).organisation} of ${to} about a ${imported.subject}`,
    from,
    to,
    dialects: [imported.dialect, exported.dialect],
    // Only X-Road has a hash of the request in its REST protocol.
    run: (countries) => ask(asking, codeOf(imported.id), known, countries[from]?.agencies, ['uxp-rest', 'openapi'].includes(imported.dialect) ? 'absent' : 'matches'),
  };
}

async function ask(asking: CountryKit, code: string, { number, name, missing }: Known, agencies: unknown, hash: Answer['requestHash']): Promise<ScenarioResult> {
  const [found, absent] = [await asking.ask(agencies, code, number), await asking.ask(agencies, code, missing)];
  return judge(found.answer, absent.answer, `${found.name}; not found is an answer too`, [
    ['HTTP status', [found, absent].map(({ answer }) => answer.reply.status), [200, 200]],
    ['found', [found.found, absent.found], [true, false]],
    ['name', [found.name, absent.name], [name, undefined]],
  ], hash);
}
