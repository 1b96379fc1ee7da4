/** Constraints of a superior on what may stand below it (OpenID Federation 1.0, section 6.2). */
import { CausewayError } from '../errors.ts';
import type { Constraints, Metadata } from './entity-statement.ts';

/** What stands below the entity that set the constraints. */
export interface Below {
  /** Entity ids from the immediate subordinate to the subject of the chain. */
  readonly path: readonly string[];
}

/** Throws `chain-untrusted`: a path that is too long, a name outside. */
export function checkConstraints({ max_path_length: length, naming_constraints: naming }: Constraints, issuer: string, { path }: Below): void {
  const intermediates = path.length - 1;
  if (length !== undefined && intermediates > length) throw new CausewayError('chain-untrusted', `${issuer} allows ${length} entities between itself and the subject, there are ${intermediates}`);
  for (const entity of path) {
    const { hostname } = new URL(entity);
    if (naming?.permitted !== undefined && !naming.permitted.some((name) => matches(hostname, name))) throw new CausewayError('chain-untrusted', `${issuer} does not permit the name ${hostname}`);
    if (naming?.excluded?.some((name) => matches(hostname, name)) === true) throw new CausewayError('chain-untrusted', `${issuer} excludes the name ${hostname}`);
  }
}

/** The entity types that are left; `federation_entity` is always allowed (6.2.3). */
export function allowedTypes(metadata: Metadata, { allowed_entity_types: allowed }: Constraints): Metadata {
  if (allowed === undefined) return metadata;
  return Object.fromEntries(Object.entries(metadata).filter(([type]) => type === 'federation_entity' || allowed.includes(type)));
}

/** RFC 5280, 4.2.1.10, URIs: a name is that host alone, a name that begins with a period any host below it. */
function matches(host: string, name: string): boolean {
  return name.startsWith('.') ? host.endsWith(name) && host.length > name.length : host === name;
}
