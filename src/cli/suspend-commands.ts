/** `causeway suspend`, `resume`, `suspensions`, and the keys of the operators who order it. */
import type { Command } from 'commander';
import type { ResumeArguments, SuspendArguments } from './suspend.ts';

export function addSuspend(causeway: Command): void {
  causeway
    .command('suspend')
    .description('stop a link, or one leg, service or member of it, at once: one operator, signed; the peer is told (docs/operating.md)')
    .requiredOption('--config <dir>', 'configuration folder of the gateway')
    .option('--link <id>', 'the link; may be left out where there is one')
    .option('--leg <leg>', 'outbound or inbound alone')
    .option('--service <id>', 'a federated identifier of a service, with all below it')
    .option('--member <id>', 'a federated identifier of an asking member, with all its subsystems')
    .requiredOption('--reason <code>', 'a code or a file number, without spaces: it stands in the trail')
    .option('--until <time>', 'when it makes sense to come back, such as 2026-01-01T00:00:00Z: told to callers; nothing resumes by itself')
    .requiredOption('--key <file>', "the operator's private key")
    .option('--json', 'print one JSON object')
    .action(async ({ json, ...options }: SuspendArguments & { json?: true }) => {
      const { renderSuspensions, suspend } = await import('./suspend.ts');
      const line = await suspend(options, Date.now());
      console.log(json === true ? JSON.stringify(line) : renderSuspensions([line]));
    });
  causeway
    .command('resume')
    .description('end a suspension: the first operator orders it, a second one approves with the same command')
    .requiredOption('--config <dir>', 'configuration folder of the gateway')
    .requiredOption('--suspension <id>', 'as `causeway suspensions` lists it')
    .requiredOption('--reason <code>', 'a code or a file number, without spaces: it stands in the trail; that of the first operator is kept')
    .requiredOption('--key <file>', "the operator's private key")
    .option('--json', 'print one JSON object')
    .action(async ({ json, ...options }: ResumeArguments & { json?: true }) => {
      const { renderSuspensions, resume } = await import('./suspend.ts');
      const line = await resume(options, Date.now());
      console.log(json === true ? JSON.stringify(line) : renderSuspensions([line]));
    });
  causeway
    .command('suspensions')
    .description('what operators have suspended and resumed')
    .requiredOption('--config <dir>', 'configuration folder of the gateway')
    .option('--json', 'print one JSON object')
    .action(async ({ config, json }: { config: string; json?: true }) => {
      const { renderSuspensions, suspensions } = await import('./suspend.ts');
      const lines = await suspensions(config);
      console.log(json === true ? JSON.stringify({ suspensions: lines }) : renderSuspensions(lines));
    });
}
