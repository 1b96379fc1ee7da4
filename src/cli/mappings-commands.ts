/** `causeway mappings …`: what operators do with mappings before a gateway runs them. */
import { InvalidArgumentError, type Command } from 'commander';
import type { DiffOptions } from './mappings-diff.ts';
import type { ExplainOptions } from './mappings-explain.ts';
import { DIRECTIONS, type Direction } from './mappings-message.ts';

const FAILED = 1;
const PERSONAL = '--show-personal-data-on-this-terminal';

/** Adds the commands below `mappings`; each action sets the exit code of the process. */
export function addMappings(mappings: Command): void {
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
    .option('--kind <kind>', 'request or response, where both fit', readKind)
    .option('--json', 'print one JSON object')
    .option(PERSONAL, 'print the values of personal fields too')
    .action(async (old: string, next: string, options: DiffOptions & { json?: true }) => {
      const { diffMappings, renderDiff } = await import('./mappings-diff.ts');
      const diff = await diffMappings(old, next, options);
      print(options.json ? JSON.stringify(diff) : renderDiff(diff));
      if (diff.documents.some(({ became }) => became !== 'same' && became !== 'still-refused')) process.exitCode = FAILED;
    });
}

function messageCommand(mappings: Command, name: string, description: string): Command {
  return mappings
    .command(name)
    .description(description)
    .argument('<message file>', 'a domestic message or payload (XML, JSON), a neutral document (JSON), or a golden case (.yaml)')
    .requiredOption('--service <service>', 'federated identifier, path on the domestic listener, or the name of a mapping (ee/person)')
    .option('--country <country>', 'whose mapping, where both sides know the service')
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
