/** `causeway link …`: the agreement with a peer, the way to it, and what the link depends on. */
import type { Command } from 'commander';
import { addLinkChanges } from './link-change-commands.ts';

const FAILED = 1;

export function addLink(link: Command): void {
  addLinkChanges(link);
  link
    .command('check')
    .description("try the way to a peer hop by hop, with a remedy for each that fails: name, TCP, TLS, pin, keys, clock, agreement, cosignature, our home side, both security servers")
    .argument('<peer>', 'country of the peer, or the id of the link')
    .requiredOption('--config <dir>', 'configuration folder of one gateway')
    .option('--json', 'print one JSON object')
    .action(async (peer: string, { config: folder, json }: { config: string; json?: true }) => {
      const { linkCheck, renderLinkReport } = await import('./link-check.ts');
      const report = await linkCheck(folder, peer, Date.now);
      print(json ? JSON.stringify(report) : renderLinkReport(report));
      if (!report.ok) process.exitCode = FAILED;
    });
  link
    .command('hash')
    .description('print id, version and SHA-256 of the agreement in a link file: both countries must see the same')
    .argument('<file>', 'links/<peer>.yaml')
    .option('--json', 'print one JSON object')
    .action(async (file: string, { json }: { json?: true }) => {
      const { linkHashes, renderLinkHashes } = await import('./link-hash.ts');
      const hashes = linkHashes(file);
      print(json ? JSON.stringify(hashes) : renderLinkHashes(hashes));
    });
  link
    .command('dependencies')
    .description('show what a running gateway depends on for each link, and what it does while something is gone; exits with 1 when exchanges are refused')
    .option('--config <dir>', 'configuration folder of the gateway', '.')
    .option('--json', 'print one JSON object')
    .action(async ({ config, json }: { config: string; json?: true }) => {
      const { linkDependencies, renderDependencies } = await import('./link-dependencies.ts');
      const dependencies = await linkDependencies(config);
      print(json ? JSON.stringify({ dependencies }) : renderDependencies(dependencies));
      if (dependencies.some(({ state }) => state === 'refusing')) process.exitCode = FAILED;
    });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
