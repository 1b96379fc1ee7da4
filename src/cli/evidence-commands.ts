/** `causeway evidence …`: evidence of exchanges and of security servers, read, opened and erased. */
import type { Command } from 'commander';
import type { EraseArguments } from './evidence-erasures.ts';
import type { ExportArguments } from './evidence-export.ts';

const FAILED = 1;

/** Adds the commands below `evidence`; each action sets the exit code of the process. */
export function addEvidence(evidence: Command): void {
  evidence
    .command('verify <container>')
    .description('judge a signed document of a security server (X-Road, UXP): signer, time and each check, with X-Road\'s code for what does not hold')
    .requiredOption('--trust <dir>', 'global configuration, as <instance>/shared-params.xml')
    .option('--json', 'the report as JSON', false)
    .action(async (container: string, { trust, json }: { trust: string; json: boolean }) => {
      const { evidenceVerify, renderEvidenceReport } = await import('./evidence-verify.ts');
      const report = await evidenceVerify(container, trust);
      process.stdout.write(`${json ? JSON.stringify(report) : renderEvidenceReport(report)}\n`);
      if (!report.valid) process.exitCode = FAILED;
    });
  evidence
    .command('trust')
    .description('fetch the global configuration of an X-Road instance, verified under its anchor')
    .requiredOption('--anchor <file>', 'configuration anchor of the instance')
    .requiredOption('--out <dir>', 'folder that evidence verify --trust reads; what was there before is kept in history')
    .option('--json', 'the report as JSON', false)
    .action(async ({ anchor, out, json }: { anchor: string; out: string; json: boolean }) => {
      const { evidenceTrust, renderTrustReport } = await import('./evidence-trust.ts');
      const report = await evidenceTrust(anchor, out, Date.now());
      process.stdout.write(`${json ? JSON.stringify(report) : renderTrustReport(report)}\n`);
    });
  addOpening(evidence);
  addErasing(evidence);
}

/** Reading what was kept of an exchange: the gateway's part, and the auditor's. */
function addOpening(evidence: Command): void {
  evidence
    .command('export')
    .description('write the evidence of one exchange for the auditor; the running gateway records the access first')
    .requiredOption('--config <dir>', 'configuration folder of the gateway')
    .requiredOption('--exchange <id>', 'id of the exchange')
    .requiredOption('--reason <reference>', 'code or file number; stands in the local log')
    .requiredOption('--operator <name>', 'who asks; stays in the data folder')
    .requiredOption('--out <file>', 'where to write; must not be there')
    .option('--json', 'the report as JSON', false)
    .action(async ({ json, ...options }: ExportArguments & { json: boolean }) => {
      const { evidenceExport, renderExported } = await import('./evidence-export.ts');
      const exported = await evidenceExport(options, Date.now());
      process.stdout.write(`${json ? JSON.stringify(exported) : renderExported(exported)}\n`);
    });
  evidence
    .command('open <export>')
    .description("on the auditor's machine: what an export holds, its bodies with the auditor's key")
    .option('--key <file>', "the auditor's private key (PEM)")
    .option('--out <folder>', 'write the bodies there')
    .option('--show-personal-data-on-this-terminal', 'print the bodies', false)
    .option('--json', 'the report as JSON', false)
    .action(async (file: string, { key, out, showPersonalDataOnThisTerminal, json }: { key?: string; out?: string; showPersonalDataOnThisTerminal: boolean; json: boolean }) => {
      const { evidenceOpen, renderOpened } = await import('./evidence-open.ts');
      const report = await evidenceOpen({ file, ...(key === undefined ? {} : { key }), ...(out === undefined ? {} : { out }), personalData: showPersonalDataOnThisTerminal });
      process.stdout.write(`${json ? JSON.stringify(report) : renderOpened(report)}\n`);
    });
}

function addErasing(evidence: Command): void {
  evidence
    .command('erase')
    .description('destroy key and salts of the evidence of one exchange, here and at the peer; the trail stays')
    .requiredOption('--config <dir>', 'configuration folder of the gateway')
    .requiredOption('--exchange <id>', 'id of the exchange')
    .requiredOption('--reason <reference>', 'code or file number; stands in the trail, and the peer sees it')
    .requiredOption('--operator <name>', 'who asks; stays in the data folder')
    .option('--json', 'the report as JSON', false)
    .action(async ({ json, ...options }: EraseArguments & { json: boolean }) => {
      const { evidenceErase, renderErasures } = await import('./evidence-erasures.ts');
      const erasure = await evidenceErase(options, Date.now());
      process.stdout.write(`${json ? JSON.stringify(erasure) : renderErasures([erasure])}\n`);
      if (erasure.erasedHere === undefined) process.exitCode = FAILED;
    });
  evidence
    .command('erasures')
    .description('how far erasures have come')
    .requiredOption('--data <dir>', 'data folder of a gateway')
    .option('--json', 'the report as JSON', false)
    .action(async ({ data, json }: { data: string; json: boolean }) => {
      const { evidenceErasures, renderErasures } = await import('./evidence-erasures.ts');
      const erasures = await evidenceErasures(data, Date.now());
      process.stdout.write(`${json ? JSON.stringify({ erasures }) : renderErasures(erasures)}\n`);
    });
}
