/**
 * ecosystems/<name>.yaml: the profile of a national platform: what every gateway on it must know, and what no gateway sets for itself. A fact that
 * is not public stands under `unknown` and nowhere else: nothing is invented, and what depends on it is then not checked.
 */
import * as v from 'valibot';
import type { DeepReadonly } from './freeze.ts';
import { country, oneOf, port, record, text } from './values.ts';

/** Facts of a platform that may not be public. */
const FACTS = ['instances.production', 'instances.test', 'memberClasses', 'memberCodes', 'ports', 'representedParty', 'requestHashes'] as const;
type Fact = (typeof FACTS)[number];

function some<S extends v.GenericSchema>(item: S, what: string) {
  return v.pipe(v.array(item, `expected a list of ${what}`), v.minLength(1, `name at least one of the ${what}`));
}

const instances = v.pipe(
  v.record(v.pipe(v.string(), v.regex(/^[a-z]+$/, 'expected the name of an environment in small letters')), some(text(), 'instance names')),
  v.description('Instance names by environment (gateway.environment), exactly as the platform writes them; an environment that is not here has none. `sandbox` is of this repository.'),
);

const ports = record({
  informationSystems: v.pipe(some(port(), 'ports'), v.description('Where a security server takes requests of information systems: what home.securityServers may name.')),
  securityServers: v.pipe(some(port(), 'ports'), v.description('Between security servers, and for OCSP answers among them.')),
  administration: v.pipe(some(port(), 'ports'), v.description("For the security server's administrators.")),
});

const profile = record({
  title: v.pipe(text(), v.description('As its country calls it.')),
  country: country(),
  short: v.pipe(text(), v.regex(/^[a-z0-9]+$/, 'expected small letters and digits'), v.description('Short name on the command line, as in `--pair ee-ua`.')),
  platform: v.pipe(oneOf(['xroad', 'uxp', 'api-hub']), v.description('The software that the platform is made of.')),
  instances,
  memberClasses: v.exactOptional(v.pipe(some(v.pipe(text(), v.regex(/^[A-Z]+$/, 'expected capital letters')), 'member classes'), v.description('No other is taken at home or from a peer on this platform.'))),
  memberCodes: v.exactOptional(v.pipe(some(text(), 'shapes'), v.description('Shapes of member codes: 9 a digit, A a capital letter, anything else itself (identifiers.yaml, `codes`).'))),
  dialects: v.pipe(some(text(), 'dialects'), v.description('Wire protocols of the platform; services.yaml may name no other.')),
  ports: v.exactOptional(ports),
  faultCodes: v.pipe(
    oneOf(['new', 'old']),
    v.description('Spelling of our fault codes where home.faultCodes does not say: new is server.gateway.…, old is Server.Gateway.…'),
    v.transform((codes) => (codes === 'new' ? 'snake' : 'camel')),
  ),
  requestHashes: v.exactOptional(v.pipe(some(oneOf(['sha512', 'sha256', 'gost34311']), 'algorithms'), v.description('Of requests, in answers over SOAP: an answer with a hash by any other is refused. Unknown: any that the dialect knows is taken.'))),
  representedParty: v.exactOptional(v.pipe(oneOf(['header', 'nothing']), v.description('What tells a service which foreign member asks, beside the subsystem that stands for it. Unknown: nothing is sent.'))),
  unknown: v.optional(v.array(oneOf(FACTS), `expected a list of ${FACTS.join(', ')}`), []),
  notes: v.optional(v.array(text(), 'expected a list of texts'), []),
});

/** A fact is there or said to be unknown, never both, never silently absent. */
export function ecosystemSchema() {
  return v.pipe(
    profile,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const fact of FACTS) {
        const known = isKnown(dataset.value, fact);
        const message = `${fact} ${known ? 'is given above' : 'must be given, or stand here because it is not public'}`;
        if (known === dataset.value.unknown.includes(fact)) addIssue({ message, path: [{ type: 'object', origin: 'value', input: dataset.value, key: 'unknown', value: dataset.value.unknown }] });
      }
    }),
  );
}

function isKnown({ instances: named, ...facts }: v.InferOutput<typeof profile>, fact: Fact): boolean {
  if (fact === 'instances.production' || fact === 'instances.test') return Object.hasOwn(named, fact.slice('instances.'.length));
  return facts[fact] !== undefined;
}

/** `name`: of its file. */
export type EcosystemProfile = DeepReadonly<v.InferOutput<ReturnType<typeof ecosystemSchema>>> & { readonly name: string };
