/**
 * What services.yaml and identifiers.yaml of a country say of names, for whoever sets its platform up by them: which services are registered, and
 * under which subsystems foreign members ask. Read as plain YAML: the sandbox must not depend on how the gateway reads it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface ExportedService {
  /** Federated identifier. */
  readonly service: string;
  readonly dialect: string;
  /** What is asked about: the name of the neutral form. */
  readonly subject: string;
}

export interface ImportedService extends ExportedService {
  /** At home: `<subsystem>/<code>[/<version>]` of the gateway's member. */
  readonly id: string;
  /** On the gateway's domestic listener. */
  readonly path: string;
}

export interface Pack {
  readonly imported: readonly ImportedService[];
  readonly exported: readonly ExportedService[];
  /** Exceptions from the rule that names foreign members: subsystem by federated identifier. */
  readonly clients: ReadonlyMap<string, string>;
}

interface ServicesFile {
  readonly imported?: readonly { readonly service: string; readonly path: string; readonly mapping: string; readonly home: { readonly dialect: string; readonly subsystem: string; readonly service: string; readonly version?: string } }[];
  readonly exported?: readonly { readonly service: string; readonly dialect: string; readonly mapping: string }[];
}

interface IdentifiersFile {
  readonly clients?: readonly { readonly federated: string; readonly subsystem: string }[];
}

export async function readPack(root: string, country: string): Promise<Pack> {
  const folder = join(root, 'mappings');
  const read = async (name: string): Promise<unknown> => parse(await readFile(join(folder, country.toLowerCase(), name), 'utf8'));
  const [{ imported = [], exported = [] }, { clients = [] }] = (await Promise.all([read('services.yaml'), read('identifiers.yaml')])) as [ServicesFile, IdentifiersFile];
  const subjects = await subjectsOf(folder, new Set([...imported, ...exported].map(({ mapping }) => mapping)));
  const subjectOf = (mapping: string): string => subjects.get(mapping) ?? '';
  return {
    imported: imported.map(({ service, path, mapping, home }) => ({ service, path, dialect: home.dialect, subject: subjectOf(mapping), id: [home.subsystem, home.service, ...(home.version === undefined ? [] : [home.version])].join('/') })),
    exported: exported.map(({ service, dialect, mapping }) => ({ service, dialect, subject: subjectOf(mapping) })),
    clients: new Map(clients.map(({ federated, subsystem }) => [federated, subsystem])),
  };
}

/** By the mapping: the name of its neutral form, which stands on a line of its own. */
async function subjectsOf(folder: string, mappings: ReadonlySet<string>): Promise<Map<string, string>> {
  const found = [...mappings].map(async (mapping) => {
    const text = await readFile(join(folder, `${mapping}.yaml`), 'utf8');
    return [mapping, /^neutral: ([a-z-]+)\//m.exec(text)?.[1] ?? ''] as const;
  });
  return new Map(await Promise.all(found));
}
