/** The commands with which people of both countries change a link (docs/runbooks/change-a-link.md). */
import type { Command } from 'commander';
import type { Acceptance, LinkReview } from './link-change.ts';

interface Signing {
  readonly config: string;
  readonly reason: string;
  readonly key: string;
}

export function addLinkChanges(link: Command): void {
  signing(link.command('propose').description('a draft as the next version of its link, approved by whoever proposes it').argument('<draft>', 'YAML file with `agreement`'))
    .requiredOption('--out <file>', 'where the signed file is written that goes round')
    .action(async (draft: string, { json, ...options }: Signing & { out: string; json?: true }) => {
      const { proposeLink } = await import('./link-change.ts');
      await show(await proposeLink({ ...options, draft }, Date.now()), json);
    });
  link
    .command('diff')
    .description('what the version in a signed file changes, in words, whether it widens, and who has approved it')
    .argument('<file>', 'as `causeway link propose` wrote it')
    .option('--json', 'print one JSON object')
    .action(async (file: string, { json }: { json?: true }) => {
      const { diffLink } = await import('./link-change.ts');
      await show(diffLink(file), json);
    });
  signing(link.command('approve').description('add the approval of another person, of either country, to a signed file').argument('<file>', 'the signed file')).action(async (file: string, { json, ...options }: Signing & { json?: true }) => {
    const { approveLink } = await import('./link-change.ts');
    await show(await approveLink({ ...options, file }, Date.now()), json);
  });
  link
    .command('accept')
    .description('put a version that all who must have approved into our link file; the gateway takes it at its next start')
    .argument('<files...>', 'the signed file, or several of the same version that were approved apart')
    .requiredOption('--config <dir>', 'configuration folder of the gateway')
    .option('--sha256 <hash>', 'of a link that is new here: the hash as the other country reads it to us')
    .option('--url <url>', "where the peer's federation listener is, for a link file that is not there yet")
    .option('--json', 'print one JSON object')
    .action(async (files: string[], { json, ...options }: Omit<Acceptance, 'files'> & { json?: true }) => {
      const { acceptLink } = await import('./link-change.ts');
      const accepted = await acceptLink({ ...options, files }, Date.now());
      await show(accepted, json);
      if (json === undefined) process.stdout.write(`${accepted.file} holds it; start the gateway anew before ${accepted.effective}\n`);
    });
}

function signing(command: Command): Command {
  return command
    .requiredOption('--config <dir>', 'configuration folder of our gateway')
    .requiredOption('--reason <code>', 'a code or a file number, without spaces: it stands in the trail')
    .requiredOption('--key <file>', "the operator's private key")
    .option('--json', 'print one JSON object');
}

async function show(review: LinkReview, json: true | undefined): Promise<void> {
  const { renderReview } = await import('./link-change.ts');
  process.stdout.write(`${json === true ? JSON.stringify(review) : renderReview(review)}\n`);
}
