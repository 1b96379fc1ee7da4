/** `causeway citizen …`: for the authority that persons turn to. */
import { text } from 'node:stream/consumers';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { UsageArguments } from './citizen-usage.ts';

export function addCitizen(citizen: Command): void {
  citizen
    .command('usage')
    .description("what foreign bodies asked about a person, newest first; the person's country and number (EE…) are read from standard input, since arguments can be seen by others")
    .requiredOption('--gateway <url>', "https URL of the gateway's domestic listener")
    .requiredOption('--pin <file>', 'certificate (PEM) that the gateway shows there')
    .requiredOption('--key <file>', "the authority's private key (PEM)")
    .requiredOption('--certificate <file>', 'and its certificate, which gateway.yaml names (citizens)')
    .option('--type <type>', 'person, or driving-licence')
    .option('--offset <n>', 'usages to leave out', readCount)
    .option('--limit <n>', 'usages to show, at most 1000', readCount)
    .option('--json', 'print one JSON object, in the form of findUsage')
    .action(async ({ json, ...options }: UsageArguments & { json?: true }) => {
      const { citizenUsage, renderUsage } = await import('./citizen-usage.ts');
      const page = await citizenUsage((await text(process.stdin)).trim(), options);
      process.stdout.write(`${json ? JSON.stringify(page) : renderUsage(page)}\n`);
    });
}

function readCount(given: string): number {
  if (!/^\d{1,9}$/.test(given)) throw new InvalidArgumentError('A number is needed.');
  return Number(given);
}
