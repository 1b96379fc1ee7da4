/** `causeway mappings …`: what operators do with mappings before a gateway runs them. */
import { InvalidArgumentError, type Command } from 'commander';
import type { CheckArguments } from './mappings-check.ts';
import type { DiffOptions } from './mappings-diff.ts';
import type { ExplainOptions } from './mappings-explain.ts';
import { DIRECTIONS, type Direction } from './mappings-message.ts';
import type { ScaffoldOptions } from './mappings-scaffold.ts';

const FAILED = 1;
const PERSONAL = '--show-personal-data-on-this-terminal';

/** Adds the commands below `mappings`; each action sets the exit code of the process. */
export function addMappings(mappings: Command): void {
  addCheck(mappings);
  messageCommand(mappings, 'explain', 'show, field by field, what a message becomes and by which rule; 1 when the message is refused').action(async (file: string, options: ExplainOptions & { json?: true }) => {
    const [{ explainMessage }, { renderExplanation }] = await Promise.all([import('./mappings-explain.ts'), import('./mappings-render.ts')]);
    const explanation = await explainMessage(file, options);
    print(options.json ? JSON.stringify(explanation) : renderExplanation(explanation));
    if (explanation.refused !== undefined) process.exitCode = FAILED;
  });
  messageCommand(mappings, 'try', 'translate a message to the other side and back, and compare; 1 when it is refused or does not come back').action(async (file: string, options: ExplainOptions & { json?: true }) => {
    const { tryMessage } = await import('./mappings-explain.ts');
    const { trip, text, ok } = await tryMessage(file, options);
    print(options.json ? JSON.stringify({ ok, ...trip }) : text);
    if (!ok) process.exitCode = FAILED;
  });
  mappings
    .command('diff')
    .description('show which outputs a changed mapping changes, over neutral documents that were recorded; 1 when any does')
    .argument('<old>', 'mapping file of the old revision, in its own mappings folder: old/ee/person.yaml')
    .argument('<new>', 'mapping file of the new revision')
    .requiredOption('--over <path>', 'neutral documents: a .json file (one, or a list), a .jsonl file (one a line), or a folder of such files')
    .option('--of <country>', 'whose service, where a mapping is for several')
    .option('--kind <kind>', 'request or response, where both fit', readKind)
    .option('--json', 'print one JSON object')
    .option(PERSONAL, 'print the values of personal fields too')
    .action(async (old: string, next: string, options: DiffOptions & { json?: true }) => {
      const { diffMappings, renderDiff } = await import('./mappings-diff.ts');
      const diff = await diffMappings(old, next, options);
      print(options.json ? JSON.stringify(diff) : renderDiff(diff));
      if (diff.documents.some(({ became }) => became !== 'same' && became !== 'still-refused')) process.exitCode = FAILED;
    });
  addScaffold(mappings);
  addStatus(mappings);
}

function addStatus(mappings: Command): void {
  mappings
    .command('status')
    .description('show by which revisions a running gateway translates; 1 when it did not take a change of the folder')
    .option('--config <dir>', 'configuration folder of the gateway', '.')
    .option('--json', 'print one JSON object')
    .action(async ({ config, json }: { config: string; json?: true }) => {
      const { mappingsStatus, renderMappingsStatus } = await import('./mappings-status.ts');
      const status = await mappingsStatus(config);
      print(json ? JSON.stringify(status) : renderMappingsStatus(status));
      if (status.refused !== undefined) process.exitCode = FAILED;
    });
}

function addCheck(mappings: Command): void {
  mappings
    .command('check')
    .description('prove the mappings: against the descriptions of the domestic forms, on made-up documents in both directions, and on their samples')
    .argument('[folder]', 'mappings folder', 'mappings')
    .option('--country <country>', 'one country alone, as EE')
    .option('--schemas <dir>', 'folder of descriptions that are not in the mappings folder')
    .option('--require-schemas', 'a description that is not found is an error')
    .option('--runs <number>', 'documents made up for each law, outcome and direction', readRuns, 100)
    .option('--json', 'print one JSON object')
    .action(async (folder: string, options: CheckArguments & { json?: true }) => {
      const { mappingsCheck, renderMappingsReport } = await import('./mappings-check.ts');
      const report = await mappingsCheck(folder, options);
      print(options.json ? JSON.stringify(report) : renderMappingsReport(report));
      if (!report.ok) process.exitCode = FAILED;
    });
}

function readRuns(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1 || runs > 100_000) throw new InvalidArgumentError('A number from 1 to 100000 is needed.');
  return runs;
}

function addScaffold(mappings: Command): void {
  mappings
    .command('scaffold')
    .description('write a first mapping out of a WSDL, XML Schema or OpenAPI file, to be edited; never replaces one')
    .argument('<description>', 'WSDL or OpenAPI file')
    .argument('<operation>', 'its operation: RR456, or "GET /companies"')
    .requiredOption('--neutral <form>', 'the neutral form, as company/v1')
    .requiredOption('--mapping <name>', 'name of the mapping, as ee/company')
    .option('--mappings <dir>', 'the mappings folder', 'mappings')
    .action(async (description: string, operation: string, options: ScaffoldOptions) => {
      const { scaffoldMapping } = await import('./mappings-scaffold.ts');
      print(scaffoldMapping(description, operation, options));
    });
}

function messageCommand(mappings: Command, name: string, description: string): Command {
  return mappings
    .command(name)
    .description(description)
    .argument('<message file>', 'a domestic message or payload (XML, JSON), a neutral document (JSON), or a golden case (.yaml)')
    .requiredOption('--service <service>', 'federated identifier, path on the domestic listener, or the name of a mapping (ee/person)')
    .option('--country <country>', 'whose mapping, where several know the service')
    .option('--of <country>', 'whose service, where a mapping is for several; else that of its own country, or the first in services.yaml')
    .option('--operation <operation>', 'where the service has several')
    .option('--direction <direction>', `${DIRECTIONS.join(', ')}; found out where one fits`, readDirection)
    .option('--request <file>', 'the domestic request that an answer answers: some registers repeat it')
    .option('--mappings <dir>', 'the mappings folder', 'mappings')
    .option('--json', 'print one JSON object')
    .option(PERSONAL, 'print the values of personal fields too');
}

function readDirection(text: string): Direction {
  const direction = DIRECTIONS.find((one) => one === text);
  if (direction === undefined) throw new InvalidArgumentError(`One of ${DIRECTIONS.join(', ')} is needed.`);
  return direction;
}

function readKind(text: string): 'request' | 'response' {
  if (text !== 'request' && text !== 'response') throw new InvalidArgumentError('request or response is needed.');
  return text;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
