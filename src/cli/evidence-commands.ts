/** `causeway evidence …`: what is done with evidence outside a gateway. */
import type { Command } from 'commander';

const FAILED = 1;

/** Adds the commands below `evidence`; each action sets the exit code of the process. */
export function addEvidence(evidence: Command): void {
  evidence
    .command('verify <container>')
    .description('judge a signed document of an X-Road security server: signer, time and each check, with X-Road\'s code for what does not hold')
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
}
