/** `causeway`: the command line. Each command is loaded when it is asked for. Exit codes: 0 done, 1 failed, 2 wrong usage. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { asCausewayError } from '../errors.ts';
import { addDemo } from './demo-command.ts';
import { addCitizen } from './citizen-commands.ts';
import { addEvidence } from './evidence-commands.ts';
import { addAnchor } from './anchor-commands.ts';
import { addKeys } from './keys-commands.ts';
import { addLink } from './link-commands.ts';
import { addMappings } from './mappings-commands.ts';
import { addSuspend } from './suspend-commands.ts';
import { readPort } from './port.ts';
import type { Registration } from './sandbox.ts';
import { addTrail } from './trail-commands.ts';
import type { DescribeArguments } from './services-describe.ts';

const FAILED = 1;
const WRONG_USAGE = 2;

/** The whole command line; each action sets the exit code of the process. */
function program(): Command {
  const causeway = new Command('causeway').description('Cross-border federation gateway between national data exchange ecosystems.').exitOverride().showHelpAfterError();
  addRunning(causeway);
  addConfiguration(causeway);
  addTrust(causeway);
  addTrail(causeway.command('trail').description('the trail of a gateway'));
  addEvidence(causeway.command('evidence').description('evidence of what was exchanged'));
  addCitizen(causeway.command('citizen').description('for the authority that persons turn to'));
  addServices(causeway);
  addHomeCheck(causeway);
  addAnchor(causeway.command('anchor').description("a country's anchor: whom our gateways believe, and whom gateways abroad believe of ours (docs/trust.md)"));
  addLink(causeway.command('link').description('the agreement with a peer, and the way to it'));
  addSuspend(causeway);
  addMappings(causeway.command('mappings').description('translations between domestic forms and neutral ones'));
  causeway
    .command('errors')
    .description('print every error code, whose fault it is, what to do, and how each dialect renders it (docs/errors.md)')
    .action(async () => {
      const { renderErrorsPage } = await import('./errors-page.ts');
      process.stdout.write(renderErrorsPage());
    });
  causeway
    .command('ecosystems')
    .description('print what is known of each platform, and how messages map between them (docs/ecosystems.md)')
    .action(async () => {
      const { renderEcosystemsPage } = await import('./ecosystems-page.ts');
      const { SHIPPED_ECOSYSTEMS, loadEcosystems } = await import('../config/ecosystems.ts');
      process.stdout.write(renderEcosystemsPage(loadEcosystems(SHIPPED_ECOSYSTEMS)));
    });
  return causeway;
}

/** A gateway that did not start has named the first thing that it cannot do without: here is all that is wrong, in the words of `config check`. */
async function explainFailure(folder: string): Promise<void> {
  const { configCheck, renderConfigReport } = await import('./config-check.ts');
  const report = await configCheck(folder, Date.now());
  if (!report.ok) process.stderr.write(`${renderConfigReport(report)}\n`);
}

function addRunning(causeway: Command): void {
  causeway
    .command('run')
    .description('run one gateway until SIGTERM or SIGINT, which drain it')
    .requiredOption('--config <dir>', 'its configuration folder')
    .action(async ({ config }: { config: string }) => {
      const { run } = await import('../main.ts');
      process.exitCode = await run(config);
      // What was opened before a start failed, the store's worker above all, would keep the process alive, and its supervisor waiting.
      if (process.exitCode !== 0) {
        await explainFailure(config);
        process.exit();
      }
      // A parent's channel would keep the process alive.
      if (process.connected) process.disconnect?.();
    });
  addDemo(causeway);
  causeway
    .command('sandbox')
    .description('the two pretend countries without gateways, to set gateways up by hand against (docs/operating.md)')
    .requiredOption('--data <dir>', 'where keys and certificates of the countries are kept')
    .requiredOption('--ee <port,url,certificate>', "Estonia: port of its security server, URL and certificate file of its gateway's domestic listener", readRegistration)
    .requiredOption('--fi <port,url,certificate>', 'Finland: the same', readRegistration)
    .action(async ({ data, ee, fi }: { data: string; ee: Registration; fi: Registration }) => {
      const { sandbox } = await import('./sandbox.ts');
      process.exitCode = await sandbox(data, { EE: ee, FI: fi });
    });
}

function addServices(causeway: Command): void {
  causeway
    .command('services')
    .description('foreign services as they appear at home')
    .command('describe')
    .description('write a WSDL or an OpenAPI file for each foreign service, to be registered at the security server (docs/connect-x-road.md)')
    .requiredOption('--config <dir>', 'configuration folder of one gateway')
    .requiredOption('--out <folder>', 'where to write')
    .option('--url <url>', 'under which the security server reaches the gateway; else the address of the domestic listener')
    .option('--schemas <folder>', 'descriptions that are not in the mappings folder')
    .action(async (options: DescribeArguments) => {
      const { servicesDescribe, renderRegistered } = await import('./services-describe.ts');
      console.log(renderRegistered(await servicesDescribe(options)));
    });
}

function addHomeCheck(causeway: Command): void {
  causeway
    .command('home')
    .description('the home side of a gateway')
    .command('check')
    .description('try our side against the security servers, step by step, with a remedy for each that fails (docs/connect-x-road.md)')
    .requiredOption('--config <dir>', 'configuration folder of one gateway')
    .option('--json', 'print one JSON object')
    .action(async ({ config, json }: { config: string; json?: true }) => {
      const { homeCheck, renderHomeReport } = await import('./home-check.ts');
      const report = await homeCheck(config);
      console.log(json === true ? JSON.stringify(report) : renderHomeReport(report));
      process.exitCode = report.ok ? 0 : FAILED;
    });
}

function addConfiguration(causeway: Command): void {
  const config = causeway.command('config').description('the configuration of a gateway');
  config
    .command('check')
    .description('show every problem of a configuration folder with file, line and hint, and the links with their hashes')
    .argument('<dir>', 'configuration folder of one gateway')
    .option('--json', 'print one JSON object')
    .action(async (folder: string, { json }: { json?: true }) => {
      const { configCheck, renderConfigReport } = await import('./config-check.ts');
      const report = await configCheck(folder, Date.now());
      print(json ? JSON.stringify(report) : renderConfigReport(report));
      if (!report.ok) process.exitCode = FAILED;
    });
  config
    .command('schemas')
    .description('write the JSON Schemas that editors use for the configuration files')
    .argument('[dir]', 'where to write them', 'federation-config/schemas')
    .action(async (folder: string) => {
      const { writeSchemas } = await import('./config-schemas.ts');
      print(writeSchemas(folder).join('\n'));
    });
  causeway
    .command('horizon')
    .description('everything that will expire or run out, soonest first; exits with 1 when something ends within a day')
    .requiredOption('--config <dir>', 'configuration folder of one gateway')
    .option('--json', 'print one JSON object')
    .action(async ({ config: folder, json }: { config: string; json?: true }) => {
      const { horizonReport, renderHorizon } = await import('./horizon.ts');
      const report = await horizonReport(folder, Date.now());
      print(json ? JSON.stringify(report) : renderHorizon(report));
      if (!report.ok) process.exitCode = FAILED;
    });
}

function addTrust(causeway: Command): void {
  addKeys(causeway.command('keys').description('keys of a gateway, of an operator, and of an auditor'));
  const trust = causeway.command('trust').description("peers' keys, exchanged out of band");
  trust
    .command('export')
    .description('print our public keys for the peer, and on standard error the fingerprint to tell it by another way')
    .requiredOption('--config <dir>', 'configuration folder')
    .option('--days <days>', 'how long the peer may rely on them', readDays, 365)
    .option('--earlier <file>', 'an earlier export: its statement and TLS keys stay valid while we change over')
    .action(async ({ config, days, earlier }: { config: string; days: number; earlier?: string }) => {
      const { exportTrust } = await import('./trust.ts');
      const { document, fingerprint } = await exportTrust(config, days, Date.now(), earlier);
      print(document);
      console.error(`fingerprint ${fingerprint}`);
    });
  trust
    .command('entity')
    .description("print our entity configuration for our country's anchor (`causeway anchor issue`), and on standard error the fingerprint of its key")
    .requiredOption('--config <dir>', 'configuration folder')
    .action(async ({ config }: { config: string }) => {
      const { exportEntity } = await import('./trust-entity.ts');
      const { document, fingerprint } = await exportEntity(config, Date.now());
      print(document);
      console.error(`fingerprint ${fingerprint}`);
    });
  trust
    .command('import')
    .description("check a peer's file against the fingerprint that it told us, store it, and show what changes")
    .argument('<file>', 'the file that the peer exported')
    .requiredOption('--config <dir>', 'configuration folder')
    .requiredOption('--fingerprint <sha256>', 'as the peer told it, not as it came with the file')
    .action(async (file: string, { config, fingerprint }: { config: string; fingerprint: string }) => {
      const { importTrust } = await import('./trust.ts');
      print(importTrust(file, config, fingerprint).join('\n'));
    });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function readRegistration(text: string): Registration {
  const [port = '', gatewayUrl = '', certificateFile = '', ...more] = text.split(',');
  if (certificateFile === '' || more.length > 0) throw new InvalidArgumentError('Three values with commas between them are needed, such as 7100,https://127.0.0.1:7101,domestic-tls.cert.pem.');
  return { port: readPort(port), gatewayUrl, certificateFile };
}

function readDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 3650) throw new InvalidArgumentError('A number of days from 1 to 3650 is needed.');
  return days;
}

try {
  await program().parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) {
    // Help and version come this way too, with code 0.
    process.exitCode = thrown.exitCode === 0 ? 0 : WRONG_USAGE;
  } else {
    const error = asCausewayError(thrown);
    console.error(error.code === 'internal' ? thrown : error.message);
    process.exitCode = FAILED;
  }
}
