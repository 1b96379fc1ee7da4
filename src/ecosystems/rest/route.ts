/** Which of the services at a URL a REST request means. */
import { CausewayError } from '../../errors.ts';
import type { HomeService } from '../../mapping/mappings.ts';
import type { DialectName } from '../../stages.ts';
import { matchTemplate, parameterCount } from './target.ts';
import type { Parameters } from './target.ts';

/** The candidate whose method and template fit; of several, the one with the fewest parameters, so that `/companies/search` is not a company. Throws `unknown-service`. */
export function route(method: string, segments: readonly string[], candidates: readonly HomeService[], dialect: DialectName): { home: HomeService; path: Parameters } {
  const matches = candidates.flatMap((home) => {
    const { operation } = home;
    if (home.dialect !== dialect || !('template' in operation)) return [];
    const path = matchTemplate(operation.template, segments);
    return path === undefined ? [] : [{ home, path, operation }];
  });
  const [best] = matches.filter(({ operation }) => operation.method === method).sort((a, b) => parameterCount(a.operation.template) - parameterCount(b.operation.template));
  if (best !== undefined) return best;
  const hint = matches.length === 0 ? 'No operation has this path.' : `The path takes ${[...new Set(matches.map(({ operation }) => operation.method))].join(', ')}.`;
  throw new CausewayError('unknown-service', 'no operation for method and path', { facts: { field: 'path', hint } });
}
