/** `causeway anchor …` on the command line (docs/trust.md). */
import type { Command } from 'commander';

interface Place {
  readonly folder: string;
  readonly offlineKey?: string;
}

const FOLDER = ['--folder <dir>', 'folder of the anchor'] as const;
const OFFLINE = ['--offline-key <file>', 'where the offline key is; default: offline/anchor.key.pem in the folder'] as const;

/** Adds the commands to `anchor`. */
export function addAnchor(anchor: Command): void {
  addSetUp(anchor);
  addStating(anchor);
  addUpkeep(anchor);
  addMarks(anchor);
}

function addSetUp(anchor: Command): void {
  anchor
    .command('init')
    .description('make an anchor: an offline key, an online key certified by it, and what a web server hands out')
    .requiredOption(...FOLDER)
    .requiredOption('--entity <url>', 'its entity id, an https URL that never changes')
    .requiredOption('--country <code>', 'ISO 3166-1')
    .requiredOption('--environment <name>', 'of every gateway that it states: test and production never mix')
    .option('--superior <url>', 'an anchor abroad that may state this one; several times', collect, [])
    .action(async ({ superior, ...options }: { folder: string; entity: string; country: string; environment: string; superior: string[] }) => {
      const { anchorInit } = await import('../trust/anchor-work.ts');
      console.log(`fingerprint ${await anchorInit({ ...options, superiors: superior }, Date.now())}`);
    });
  anchor
    .command('consent')
    .description('agree that an anchor abroad states this one; needs the offline key')
    .argument('<url>', 'entity id of the anchor abroad')
    .requiredOption(...FOLDER)
    .option(...OFFLINE)
    .action(async (superior: string, { folder, offlineKey }: Place) => {
      const { anchorConsent } = await import('../trust/anchor-work.ts');
      await anchorConsent(folder, superior, offlineKey, Date.now());
    });
  anchor
    .command('list')
    .description('show what the anchor states, its keys and its notices')
    .requiredOption(...FOLDER)
    .option('--json', 'print one JSON object')
    .action(async ({ folder, json }: { folder: string; json?: true }) => {
      const { anchorList } = await import('../trust/anchor-work.ts');
      const { renderAnchor } = await import('./anchor-list.ts');
      const report = anchorList(folder);
      console.log(json === true ? JSON.stringify(report) : renderAnchor(report));
    });
}

function addStating(anchor: Command): void {
  anchor
    .command('issue')
    .description('state a gateway of this country, or with --names an anchor abroad, by its entity configuration')
    .argument('<file>', 'its entity configuration (`causeway trust entity`, or from its web server)')
    .requiredOption(...FOLDER)
    .option('--fingerprint <sha256>', 'as its owner told it; not needed for a key that is stated already')
    .option('--names <name>', 'DNS name that an anchor abroad may vouch for, with a leading period for all below it; several times', collect, [])
    .action(async (file: string, { names, ...options }: { folder: string; fingerprint?: string; names: string[] }) => {
      const { anchorIssue } = await import('../trust/anchor-work.ts');
      const { kind, entity } = await anchorIssue({ file, kind: names.length === 0 ? 'gateway' : 'anchor', names, ...options }, Date.now());
      console.log(`states ${kind} ${entity}`);
    });
  anchor
    .command('withdraw')
    .description('take an entity, or one of its keys, out of trust: gateways act on it when they next look, within a minute')
    .argument('<url>', 'entity id')
    .requiredOption(...FOLDER)
    .requiredOption('--because <reason>', 'goes into the notice, which everybody can read')
    .option('--key <key>', 'kid of an entity, statement or encryption key, or SPKI pin of a TLS key; default: the whole entity')
    .action(async (entity: string, { because, ...options }: { folder: string; because: string; key?: string }) => {
      const { anchorWithdraw } = await import('../trust/anchor-work.ts');
      console.log(`notice list ${await anchorWithdraw({ entity, reason: because, ...options }, Date.now())}`);
    });
}

function addUpkeep(anchor: Command): void {
  anchor
    .command('renew')
    .description('sign statements and notices anew: daily, by a timer. With the offline key the configuration too: yearly')
    .requiredOption(...FOLDER)
    .option('--offline-key <file>', 'renew the configuration as well, with this key')
    .action(async ({ folder, offlineKey }: Place) => {
      const { anchorRenew } = await import('../trust/anchor-work.ts');
      for (const warning of await anchorRenew(folder, offlineKey, Date.now())) console.error(warning);
    });
  anchor
    .command('notices')
    .description('sign the notice list anew: every five minutes, by a timer; a list that is late is noticed abroad')
    .requiredOption(...FOLDER)
    .action(async ({ folder }: Place) => {
      const { anchorNotices } = await import('../trust/anchor-work.ts');
      console.log(`notice list ${await anchorNotices(folder, Date.now())}`);
    });
  anchor
    .command('rotate')
    .description('change the online key: publish the next one, have it stated abroad, then switch; needs the offline key')
    .argument('<step>', 'publish or switch')
    .requiredOption(...FOLDER)
    .option(...OFFLINE)
    .action(async (step: string, { folder, offlineKey }: Place, command: Command) => {
      if (step !== 'publish' && step !== 'switch') command.error(`error: the step is publish or switch, not ${step}`);
      const { anchorRotate } = await import('../trust/anchor-work.ts');
      console.log(`online key ${await anchorRotate(folder, step, offlineKey, Date.now())}`);
    });
}

function addMarks(anchor: Command): void {
  anchor
    .command('mark-issuers')
    .description('name whom our gateways believe as issuers of trust marks of a type; without any the type is taken away; needs the offline key')
    .argument('<type>', 'URL of the type')
    .argument('[issuers...]', 'entity ids of anchors, ours or abroad')
    .requiredOption(...FOLDER)
    .option(...OFFLINE)
    .action(async (type: string, issuers: string[], { folder, offlineKey }: Place) => {
      const { anchorMarkIssuers } = await import('../trust/anchor-work.ts');
      await anchorMarkIssuers({ folder, type, issuers }, offlineKey, Date.now());
    });
  anchor
    .command('mark')
    .description('print a trust mark for a gateway that this anchor states, for its `federation.trustMarks`')
    .argument('<url>', 'entity id of the gateway')
    .requiredOption(...FOLDER)
    .requiredOption('--type <url>', 'what was looked at')
    .option('--days <days>', 'how long it holds', '365')
    .action(async (entity: string, { days, ...options }: { folder: string; type: string; days: string }) => {
      const { anchorMark } = await import('../trust/anchor-work.ts');
      console.log(await anchorMark({ entity, days: Number(days), ...options }, Date.now()));
    });
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
