/** `causeway mappings status`: which revisions a running gateway translates by, and what is wrong with a change that it did not take. */
import { readGateway } from '../config/config.ts';
import { CausewayError } from '../errors.ts';
import type { MappingsStatus } from '../exchange/mappings/live-mappings.ts';

const PATIENCE_MS = 5000;

/** Asks the operations listener that the gateway.yaml of `folder` names. Throws `config-invalid` when no gateway answers there. */
export async function mappingsStatus(folder: string): Promise<MappingsStatus> {
  const { host, port } = readGateway(folder).listeners.operations;
  const url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}/health/mappings`;
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (reply.status !== 200) throw new Error(`status ${reply.status}`);
    return (await reply.json()) as MappingsStatus;
  } catch (cause) {
    throw new CausewayError('config-invalid', `no gateway answers at ${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** As lines for an operator. */
export function renderMappingsStatus({ country, sha256, since, mappings, refused }: MappingsStatus): string {
  const lines = mappings.map(({ id, revision, state, from, to }) => `  ${id} revision ${revision}: ${[state, from === undefined ? undefined : `from ${from}`, to === undefined ? undefined : `until ${to}`].filter((part) => part !== undefined).join(', ')}`);
  const wrong = refused === undefined ? [] : [`a change seen at ${refused.at} is not taken:`, ...refused.problems.map((problem) => `  ${problem}`)];
  return [`mappings of ${country} since ${since}, ${sha256}`, ...lines, ...wrong].join('\n');
}
