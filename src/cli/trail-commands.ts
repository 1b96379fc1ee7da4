/** `causeway trail …`: verifying a trail, what was found wrong, and decisions about it. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { addContainers, showContainer } from './container-commands.ts';
import { addReconciling } from './trail-reconcile-commands.ts';

const FAILED = 1;

export function addTrail(trail: Command): void {
  addContainers(trail);
  addReconciling(trail);
  trail
    .command('verify')
    .description('recompute the trails below a folder, mirrors included, or check an exported container, and name what is wrong')
    .argument('[container]', 'an exported container, in place of --data')
    .option('--data <dir>', 'data folder of a gateway, or a folder of such folders')
    .option('--keys <dir>', 'folder with trail-keys.json; default: beside each trail, or in the container')
    .option('--roots <file>', 'certificates (PEM) of time-stamp authorities, in place of those in the container')
    .option('--seal-roots <file>', "certificates (PEM) of authorities above the organisation's seal, which must then be there")
    .option('--json', 'print one JSON object')
    .action(async (container: string | undefined, { data, keys, roots, sealRoots, json }: { data?: string; keys?: string; roots?: string; sealRoots?: string; json?: true }) => {
      if (container !== undefined) return showContainer(container, { keys, roots, sealRoots, json });
      if (data === undefined) throw new InvalidArgumentError('Name a container, or a folder with --data.');
      const { trailVerify, renderReport } = await import('./trail-verify.ts');
      const report = await trailVerify(data, keys);
      print(json ? JSON.stringify(report) : renderReport(report));
      if (!report.ok) process.exitCode = FAILED;
    });
  trail
    .command('incidents')
    .description("what was found wrong with peers' logs; exits with 1 while any is open")
    .requiredOption('--data <dir>', 'data folder of a gateway')
    .option('--all', 'closed ones too', false)
    .option('--close <id>', 'close one after a person has looked')
    .option('--because <text>', 'why it is closed')
    .option('--json', 'print one JSON object')
    .action(async ({ data, all, close, because = '', json }: { data: string; all: boolean; close?: string; because?: string; json?: true }) => {
      const { closeIncident, renderIncidents, trailIncidents } = await import('./trail-incidents.ts');
      if (close !== undefined) closeIncident(data, Number(close), because, Date.now());
      const incidents = trailIncidents(data, all);
      print(json ? JSON.stringify({ incidents }) : renderIncidents(incidents));
      if (incidents.some(({ closedAt }) => closedAt === undefined)) process.exitCode = FAILED;
    });
  trail
    .command('promises')
    .description('what the two logs of a link owe each other and do not show, with proofs; exits with 1 where the peer broke a promise')
    .requiredOption('--data <dir>', 'data folder of a gateway')
    .option('--json', 'print one JSON object, proofs included')
    .action(async ({ data, json }: { data: string; json?: true }) => {
      const { renderPromises, trailPromises } = await import('./trail-promises.ts');
      const breaches = trailPromises(data);
      print(json ? JSON.stringify({ breaches }) : renderPromises(breaches));
      if (breaches.some(({ kind }) => kind !== 'lost' && kind !== 'unacknowledged')) process.exitCode = FAILED;
    });
  trail
    .command('redact')
    .description('take away the bytes of an entry of our logs, by a decision that the local log records; its leaf hash and all proofs stay')
    .requiredOption('--data <dir>', 'data folder of a gateway that is stopped')
    .requiredOption('--origin <origin>', 'the shard')
    .requiredOption('--index <n>', 'the entry', Number)
    .requiredOption('--approval <reference>', 'the decision, as a file number')
    .action(async (options: { data: string; origin: string; index: number; approval: string }) => {
      const { redact } = await import('./trail-redact.ts');
      const { origin, index } = await redact(options, Date.now());
      print(`redacted; the decision is entry ${index} of ${origin}`);
    });
  trail
    .command('accept-loss')
    .description('record the decision that a log goes on without entries that neither side has any more; takes effect at the next start')
    .requiredOption('--config <dir>', 'configuration folder of a gateway that is stopped')
    .requiredOption('--link <id>', 'the link')
    .requiredOption('--approval <reference>', 'the decision, as a file number')
    .action(async (options: { config: string; link: string; approval: string }) => {
      const { acceptLoss } = await import('./trail-accept-loss.ts');
      const { origin, size } = await acceptLoss(options);
      print(`${origin}: goes on without what is missing of its ${size} entries`);
    });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
