/** `causeway mappings status`: which revisions a running gateway translates by, and what is wrong with a change that it did not take. */
import type { MappingsStatus } from '../exchange/mappings/live-mappings.ts';
import { askGateway } from './ask-gateway.ts';

/** Asks the operations listener that the gateway.yaml of `folder` names. Throws `config-invalid` when no gateway answers there. */
export function mappingsStatus(folder: string): Promise<MappingsStatus> {
  return askGateway(folder, '/health/mappings');
}

/** As lines for an operator. */
export function renderMappingsStatus({ country, sha256, since, mappings, refused }: MappingsStatus): string {
  const lines = mappings.map(({ id, revision, state, from, to }) => `  ${id} revision ${revision}: ${[state, from === undefined ? undefined : `from ${from}`, to === undefined ? undefined : `until ${to}`].filter((part) => part !== undefined).join(', ')}`);
  const wrong = refused === undefined ? [] : [`a change seen at ${refused.at} is not taken:`, ...refused.problems.map((problem) => `  ${problem}`)];
  return [`mappings of ${country} since ${since}, ${sha256}`, ...lines, ...wrong].join('\n');
}
