/** Purposes of the link as the platform at home numbers them, for one service: the owner of the service is given these numbers by its platform (UXP). */
import { CausewayError } from '../errors.ts';
import type { Fields } from './fields.ts';

export interface Purposes {
  /** The link's purpose for what a message carries; undefined when it carries none. Throws `not-allowed` for a number that is not the service's, and for several purposes at once. */
  toLink(carried: readonly string[]): string | undefined;
  /** What a message to the service carries for a purpose of the link; nothing where the table has none. */
  toHome(purpose: string): readonly string[];
}

/** Reads `purposes: { <purpose of the link>: <number> }` of a service. Without it, a message that carries a purpose must carry the link's own code. */
export function readPurposes(fields: Fields): Purposes {
  const entries = fields.map('purposes', 'any');
  const toHome = new Map<string, string>();
  const toLink = new Map<string, string>();
  for (const purpose of entries?.keys() ?? []) {
    const id = entries?.string(purpose) ?? '';
    if (!/^[a-z0-9-]+$/.test(purpose)) entries?.report(`"${purpose}" is no purpose of a link`, 'small letters, digits and hyphens', purpose);
    if (!/^[\x21-\x7e]+$/.test(id) || /[,;]/.test(id)) entries?.report('a purpose is numbered by printable ASCII without spaces, commas and semicolons', undefined, purpose);
    if (toLink.has(id)) entries?.report(`"${id}" stands for two purposes`, undefined, purpose);
    toHome.set(purpose, id);
    toLink.set(id, purpose);
  }
  return {
    toLink(carried) {
      const [purpose, another] = new Set(carried.map((id) => (toLink.size === 0 ? id : (toLink.get(id) ?? refuse('it is not a purpose of this service')))));
      return another === undefined ? purpose : refuse('a request has one purpose');
    },
    toHome: (purpose) => [toHome.get(purpose)].filter((id) => id !== undefined),
  };
}

function refuse(why: string): never {
  throw new CausewayError('not-allowed', `the purpose that the message carries: ${why}`, { facts: { field: 'purpose', hint: `The purpose that the message carries: ${why}.` } });
}
