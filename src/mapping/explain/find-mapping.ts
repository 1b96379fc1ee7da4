/** Which mapping an operator means: by the service that a message is for, or by the mapping's own name. */
import { CausewayError } from '../../errors.ts';
import { countryFolders } from '../folder.ts';
import { loadServiceLists } from '../load.ts';

export interface FoundMapping {
  /** `ee/person` */
  readonly id: string;
  /** Country of the service that is asked. */
  readonly of: string;
}

export interface Wanted {
  /** Federated identifier of a service, its path on the domestic listener, or the name of a mapping. */
  readonly service: string;
  /** Country whose mapping is meant (ISO 3166-1 alpha-2), where several know the service. */
  readonly country?: string;
  /** Country of the service that is asked, where one mapping is for those of several. */
  readonly of?: string;
  /** `RR456`, `GET /companies`: where a service has several operations. */
  readonly operation?: string;
}

interface Entry extends FoundMapping {
  readonly service: string;
  readonly path: string | undefined;
  readonly operation: string;
}

/** Throws `config-invalid` with what is known, when none fits or several do. */
export async function findMapping(folder: string, wanted: Wanted): Promise<FoundMapping> {
  if ((await countryFolders(folder)).length === 0) throw new CausewayError('config-invalid', `${folder}: no mappings are there`);
  const entries = (await loadServiceLists(folder)).flatMap(entriesOf);
  const fitting = entries.filter((entry) => fits(entry, wanted));
  const [first, ...others] = [...new Map(fitting.map(({ id, of }) => [`${id} for services of ${of}`, { id, of }])).entries()];
  if (first !== undefined && others.length === 0) return first[1];
  // A mapping by its name, without a word of whose services: those of its own country, else the first that services.yaml names.
  const named = fitting.filter(({ id }) => id === wanted.service);
  const [listed] = [...named.filter(({ id, of }) => id.startsWith(`${of.toLowerCase()}/`)), ...named];
  if (listed !== undefined) return { id: listed.id, of: listed.of };
  if (first !== undefined) throw new CausewayError('config-invalid', `${wanted.service} is translated by ${[first, ...others].map(([name]) => name).join(', ')}: say --country, --of, or --operation`);
  // A mapping that no service uses yet is tried for its own country.
  if (/^[a-z]{2}\/[^/]+$/.test(wanted.service)) return { id: wanted.service, of: wanted.service.slice(0, 2).toUpperCase() };
  throw new CausewayError('config-invalid', `no service ${wanted.service} in ${folder}/<country>/services.yaml; known: ${[...new Set(entries.map(({ service }) => service))].join(', ')}`);
}

function fits(entry: Entry, { service, country, of, operation }: Wanted): boolean {
  const named = [entry.service, entry.path, entry.id].includes(service);
  return named && (country === undefined || entry.id.startsWith(`${country.toLowerCase()}/`)) && (of === undefined || entry.of === of) && (operation === undefined || operation === entry.operation);
}

/** What of services.yaml is needed here; whether all of it is right, loading says. */
function entriesOf(value: unknown): Entry[] {
  const { imported, exported } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return [imported, exported].flatMap((list) => (Array.isArray(list) ? (list as readonly unknown[]) : [])).flatMap((item) => {
    const { service, mapping, path, operation, home } = (item ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof service !== 'string' || typeof mapping !== 'string') return [];
    const atHome = (home as Readonly<Record<string, unknown>> | undefined)?.['operation'];
    return [{ id: mapping, of: service.split('/')[0] ?? '', service, path: typeof path === 'string' ? path : undefined, operation: operationText(atHome ?? operation) }];
  });
}

function operationText(value: unknown): string {
  const { name, method, template } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof name === 'string' ? name : `${String(method)} ${String(template)}`;
}
