/** Finding the chain of an entity: from authority hint to authority hint, only where a source is configured (OpenID Federation 1.0, section 10.1). */
import { CausewayError, asCausewayError } from '../errors.ts';
import { verifyChain } from './chain.ts';
import type { ChainDocuments, PinnedAnchor, VerifiedChain } from './chain.ts';
import { readConfiguration } from './entity-statement.ts';

/**
 * Where documents come from: a web server, a folder, what was kept. Who hands them over proves nothing and is believed nothing.
 * Both reject where there is no document; hints lead nowhere but to entities that the operators named (no request to an address in a message).
 */
export interface DocumentSource {
  /** Whether anything is known of where `entity` publishes. */
  knows(entity: string): boolean;
  configuration(entity: string): Promise<string>;
  statement(superior: string, subject: string): Promise<string>;
}

/** Entities between subject and anchor; two countries' consent needs one. */
const MAX_INTERMEDIATES = 3;

/**
 * The first chain that verifies. Throws the code of the last one that did not, with the reason of each, and `chain-untrusted` where the hints
 * lead to no anchor. `now`: UTC milliseconds.
 */
export async function resolveChain(subject: string, anchor: PinnedAnchor, source: DocumentSource, now: number): Promise<VerifiedChain> {
  const refused: CausewayError[] = [];
  const climb = async (entity: string, below: ChainDocuments, path: readonly string[]): Promise<VerifiedChain | undefined> => {
    const compact = await source.configuration(entity);
    const documents = { ...below, configurations: [...below.configurations, compact] };
    if (entity === anchor.entity) return verifyChain(documents, anchor, now);
    const { authority_hints: hints = [] } = readConfiguration(compact).claims;
    for (const superior of hints.filter((hint) => source.knows(hint))) {
      const found = await attempt(superior, entity, documents, [...path, entity]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const attempt = async (superior: string, entity: string, documents: ChainDocuments, path: readonly string[]): Promise<VerifiedChain | undefined> => {
    try {
      if (path.includes(superior)) throw new CausewayError('chain-untrusted', `the hints of ${path.join(' < ')} lead back to ${superior}`);
      if (path.length > MAX_INTERMEDIATES + 1) throw new CausewayError('chain-untrusted', `more than ${MAX_INTERMEDIATES} entities between ${subject} and an anchor`);
      const statement = await source.statement(superior, entity);
      return await climb(superior, { ...documents, statements: [...documents.statements, statement] }, path);
    } catch (error) {
      refused.push(asCausewayError(error));
      return undefined;
    }
  };
  const chain = await climb(subject, { configurations: [], statements: [] }, []);
  if (chain !== undefined) return chain;
  const last = refused.at(-1);
  throw new CausewayError(last?.code ?? 'chain-untrusted', `no chain from ${subject} to ${anchor.entity}: ${refused.map(({ message }) => message).join('; ') || 'no authority hint that is known here'}`, { cause: last });
}
