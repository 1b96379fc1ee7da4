/** Which prefix means which namespace. Source: Namespaces in XML 1.0, section 6. */
import { CausewayError } from '../errors.ts';
import type { XmlAttribute } from '../stages.ts';

/** What an element declares, '' for the default namespace, over what holds around it. */
export interface Scope {
  readonly own: ReadonlyMap<string, string>;
  readonly outer: Scope | undefined;
}

export const PREDEFINED: Scope = { own: new Map([['', ''], ['xml', 'http://www.w3.org/XML/1998/namespace']]), outer: undefined };

/** Throws `malformed` for a prefix that is not declared. */
export function namespaceOf(qualified: string, scope: Scope): string {
  const prefix = prefixOf(qualified);
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const uri = at.own.get(prefix);
    if (uri !== undefined) return uri;
  }
  throw new CausewayError('malformed', 'a prefix that is not declared');
}

export function localPart(qualified: string): string {
  return qualified.slice(qualified.indexOf(':') + 1);
}

/** From a name as written to namespace and local name; the default namespace does not hold for attributes. */
export function expandAttribute(written: XmlAttribute, scope: Scope): XmlAttribute {
  return prefixOf(written.name) === '' ? written : { ns: namespaceOf(written.name, scope), name: localPart(written.name), value: written.value };
}

function prefixOf(qualified: string): string {
  return qualified.slice(0, Math.max(qualified.indexOf(':'), 0));
}
