/** Commands that work while the demo runs. */
import { join } from 'node:path';
import type { Pair } from '../sandbox/pair.ts';

/** Text for a terminal; every line of it can be pasted. `command`: asks one of the pair's questions. `today`: the UTC day. */
export function whatNext({ gateways }: Pair, data: string, command: readonly string[], today: string): string {
  const [first, second] = Object.values(gateways);
  if (first === undefined || second === undefined) return '';
  const lines = [
    'Try next:',
    ...command.map((line) => `  ${line}`),
    `  # health and metrics of the gateway of ${first.country}`,
    `  curl -s http://127.0.0.1:${first.ports.operations}/health/ready`,
    `  curl -s http://127.0.0.1:${first.ports.operations}/metrics | grep causeway_steps`,
    '  # who approved the agreement of the two countries, and the way to the peer, hop by hop',
    `  npm run causeway -- link diff ${join(first.folder, 'links', `${second.country.toLowerCase()}.signed.json`)}`,
    `  npm run causeway -- link check ${second.country} --config ${first.folder}`,
    '  # recompute both trails',
    `  npm run causeway -- trail verify --data ${data}`,
    '  # what a court would get: everything of today, to be verified without us',
    `  npm run causeway -- trail export --data ${join(first.folder, 'data')} --day ${today} --out ${join(data, 'today.asice')}`,
    `  npm run causeway -- trail verify ${join(data, 'today.asice')}`,
    "  # the gateways' logs",
    `  tail -f ${join(second.folder, 'gateway.log')}`,
    'Ctrl-C stops everything.',
  ];
  return `\n${lines.join('\n')}`;
}
