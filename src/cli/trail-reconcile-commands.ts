/** `causeway trail reconcile` and `causeway trail verify-case`. */
import type { Command } from 'commander';
import type { ReconcileArguments } from './trail-reconcile.ts';

const FAILED = 1;

/** Adds the commands below `trail`; each sets the exit code of the process. */
export function addReconciling(trail: Command): void {
  trail
    .command('reconcile')
    .description('compare what both sides recorded of a link, minute by minute, and name each difference; exits with 1 where there is any')
    .requiredOption('--config <dir>', 'configuration folder of one side')
    .requiredOption('--link <id>', 'the link')
    .option('--data <dir>', 'a copy of the data folder; default: that of the configuration')
    .option('--from <time>', 'RFC 3339 in UTC; default: a day before --to')
    .option('--to <time>', 'RFC 3339 in UTC; default: now. Minutes that ended less than two minutes ago are left out')
    .option('--ask-peer', "ask the peer's gateway what its log holds, in place of our mirror of it", false)
    .option('--cases <folder>', 'write a case for a third party of each exchange with other content')
    .option('--note <file>', 'write what our log says of the range, signed with the interval key, for the other country')
    .option('--peer-note <file>', "the other country's note of the same range: compared with our mirror of its log")
    .option('--json', 'print one JSON object', false)
    .action(async ({ json, ...options }: ReconcileArguments & { json: boolean }) => {
      const { trailReconcile, renderReconcile } = await import('./trail-reconcile.ts');
      const report = await trailReconcile(options, Date.now());
      process.stdout.write(`${json ? JSON.stringify(report) : renderReconcile(report)}\n`);
      if (!report.ok) process.exitCode = FAILED;
    });
  trail
    .command('verify-case')
    .description('judge a case that trail reconcile wrote: two logs with other statements for one step of one exchange')
    .argument('<file>', 'the case')
    .requiredOption('--keys <dir>', "folder with a trail-keys.json: the logs' and witnesses' keys of the signed link")
    .option('--json', 'print one JSON object', false)
    .action(async (file: string, { keys, json }: { keys: string; json: boolean }) => {
      const { verifyCase, renderCase } = await import('./trail-reconcile.ts');
      const judged = verifyCase(file, keys);
      process.stdout.write(`${json ? JSON.stringify(judged) : renderCase(judged)}\n`);
    });
}
