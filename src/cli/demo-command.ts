/** `causeway demo`, which is `npm start`: its options, and which pair they mean. */
import type { Command } from 'commander';
import type { NamedPair } from '../sandbox/pair-names.ts';
import type { DemoOptions } from './demo.ts';
import { readPort } from './port.ts';

/** What `demo` takes. */
interface DemoCommand extends Omit<DemoOptions, 'pair' | 'data'> {
  readonly pair?: string;
  readonly list: boolean;
  readonly data?: string;
}

export function addDemo(causeway: Command): void {
  causeway
    .command('demo')
    .description('two countries, two gateways and queries across the border, on this machine')
    .option('--once', 'end after the queries: 0 when all crossed, else 1', false)
    .option('--json', 'as the last line of standard output, the results as JSON', false)
    .option('--pair <a-b>', 'two platforms by their short names, as ee-ua; default: ee-fi')
    .option('--list', 'list the platforms', false)
    .option('--data <dir>', 'where keys, trails and logs are kept; default: .causeway, and a folder in it for every other pair')
    .option('--base-port <port>', 'first of eight ports in a row', readPort)
    .action(async ({ pair, list, data, ...options }: DemoCommand, command: Command) => {
      if (list) return listEcosystems(options.json);
      const named = pair === undefined ? undefined : await namedPair(pair, command);
      const { demo } = await import('./demo.ts');
      process.exitCode = await demo({ ...options, data: data ?? dataOf(named), ...(named === undefined ? {} : { pair: named }) });
    });
}

async function listEcosystems(json: boolean): Promise<void> {
  const { listedEcosystems, renderEcosystems } = await import('./ecosystems-list.ts');
  const listed = await listedEcosystems();
  process.stdout.write(`${json ? JSON.stringify(listed) : renderEcosystems(listed)}\n`);
}

/** Ends the process with a line and the usage when the name is of no pair. */
async function namedPair(text: string, command: Command): Promise<NamedPair> {
  const { SHIPPED_ECOSYSTEMS, loadEcosystems } = await import('../config/ecosystems.ts');
  const { parsePair } = await import('../sandbox/pair-names.ts');
  const pair = parsePair(text, loadEcosystems(SHIPPED_ECOSYSTEMS));
  return typeof pair === 'string' ? command.error(pair) : pair;
}

/** Each pair has a folder: trails of one are not those of another. */
function dataOf(pair: NamedPair | undefined): string {
  const names = pair?.map(({ short }) => short).join('-') ?? 'ee-fi';
  return names === 'ee-fi' ? '.causeway' : `.causeway/${names}`;
}
