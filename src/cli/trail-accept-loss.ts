/** `causeway trail accept-loss`: the decision that a log goes on without entries that nobody has any more. */
import { readGateway } from '../config/config.ts';
import { CausewayError } from '../errors.ts';
import { HeadFile } from '../trail/head-file.ts';
import type { KnownHead } from '../trail/head-file.ts';

const REFERENCE = /^[!-~]{1,200}$/;

/** Takes effect when the gateway starts next. Throws `config-invalid` for a link of which nothing is known, or a reference with spaces. */
export async function acceptLoss({ config, link, approval }: { readonly config: string; readonly link: string; readonly approval: string }): Promise<KnownHead> {
  if (!REFERENCE.test(approval)) throw new CausewayError('config-invalid', 'the reference of the decision must be visible ASCII without spaces, such as file-2026-17');
  const heads = new HeadFile(readGateway(config).heads);
  const known = heads.get(link);
  if (known === undefined) throw new CausewayError('config-invalid', `nothing is known of a log "${link}": there is no loss to accept`);
  const accepted = { ...known, lossAccepted: approval };
  await heads.set(link, accepted);
  return accepted;
}
