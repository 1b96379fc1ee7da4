/**
 * The one list of dialects: a folder and a line here make one (docs/ecosystems-add.md). A line tells the form of the dialect's payloads, by which
 * mappings are compiled, and where it is: it is loaded when a gateway opens, never by a command that needs the forms alone.
 */
import { CausewayError } from '../errors.ts';
import type { DialectForms } from '../mapping/mappings.ts';
import type { DialectName, Payload } from '../stages.ts';
import type { Dialect } from './ecosystem.ts';
import type { XRoadSettings } from './xroad-settings.ts';

interface Listed {
  readonly form: Payload['form'];
  load(settings: XRoadSettings): Promise<Dialect>;
}

const LIST: Readonly<Record<DialectName, Listed>> = {
  'xroad-soap': { form: 'xml', load: async (settings) => (await import('./xroad-soap/dialect.ts')).xroadSoap(settings) },
  'xroad-rest': { form: 'json', load: async (settings) => (await import('./xroad-rest/dialect.ts')).xroadRest(settings) },
};

/** What the mapping room is given of each. */
export const DIALECT_FORMS: DialectForms = Object.fromEntries(Object.entries(LIST).map(([name, { form }]) => [name, form]));

/** All of them, as this gateway speaks them. The mappings name none that is not listed: the function throws `internal` for one. */
export async function openDialects(settings: XRoadSettings): Promise<(name: DialectName) => Dialect> {
  const dialects = new Map(await Promise.all(Object.entries(LIST).map(async ([name, { load }]) => [name, await load(settings)] as const)));
  return (name) => {
    const dialect = dialects.get(name);
    if (dialect === undefined) throw new CausewayError('internal', `no dialect ${name}`);
    return dialect;
  };
}
