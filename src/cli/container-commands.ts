/** `causeway trail export`, `renew` and `verify <container>`: what leaves a gateway for an auditor or a court. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { ExportArguments } from './trail-export.ts';

const FAILED = 1;

/** Adds the commands below `trail`. */
export function addContainers(trail: Command): void {
  trail
    .command('export')
    .description('write a day or one exchange as an ASiC-E container that verifies offline (docs/trail-format.md, "Containers")')
    .requiredOption('--data <dir>', 'data folder of a gateway; it may run')
    .requiredOption('--out <file>', 'the container, such as exchange.asice')
    .option('--day <day>', 'all entries of one day (UTC), as 2026-11-21')
    .option('--exchange <id>', 'the entries of one exchange, of both logs')
    .option('--config <dir>', 'configuration folder of the gateway; default: the one in which the data folder lies')
    .option('--our-trust <file>', 'our keys as a peer has them (trust export), where they were changed since')
    .option('--max-entries <count>', 'the most that may go into one container', readCount, 10_000)
    .option('--salts', 'with the salts of the statements: whoever has one can test guesses of what was said', false)
    .option('--json', 'print one JSON object')
    .action(async ({ json, ...options }: ExportArguments & { json?: true }) => {
      const { trailExport } = await import('./trail-export.ts');
      const exported = await trailExport(options);
      show(json === true ? JSON.stringify(exported) : `${exported.out}: ${exported.entries} entries, ${exported.statements} statements, ${exported.bytes} bytes`);
    });
  trail
    .command('renew')
    .description('time-stamp a container once more, before the certificate of its newest time-stamp ends')
    .argument('<container>', 'an exported container')
    .requiredOption('--config <dir>', 'configuration folder that names the time-stamp authorities')
    .requiredOption('--out <file>', 'where to write the renewed container')
    .action(async (container: string, options: { config: string; out: string }) => {
      const { renderContainerReport, trailRenew } = await import('./trail-container.ts');
      show(renderContainerReport(await trailRenew({ container, ...options }, Date.now()), Date.now()));
    });
}

export async function showContainer(container: string, { keys, roots, sealRoots, json }: { readonly keys: string | undefined; readonly roots: string | undefined; readonly sealRoots: string | undefined; readonly json: true | undefined }): Promise<void> {
  const { renderContainerReport, trailVerifyContainer } = await import('./trail-container.ts');
  const report = await trailVerifyContainer({ container, ...(keys === undefined ? {} : { keys }), ...(roots === undefined ? {} : { roots }), ...(sealRoots === undefined ? {} : { sealRoots }) });
  show(json === true ? JSON.stringify(report) : renderContainerReport(report, Date.now()));
  if (!report.ok) process.exitCode = FAILED;
}

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 20_000) throw new InvalidArgumentError('A number from 1 to 20000 is needed.');
  return count;
}

function show(text: string): void {
  process.stdout.write(`${text}\n`);
}
