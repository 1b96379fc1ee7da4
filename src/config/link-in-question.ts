/** A link file with its place, beside the gateway that it belongs to: what the checks of links are given. */
import type { GatewayFile } from './gateway-file.ts';
import type { LinkFileContent } from './link-file.ts';
import type { Located } from './problems.ts';

export interface LinkInQuestion {
  readonly gateway: GatewayFile;
  readonly link: LinkFileContent;
  readonly at: Located;
}

/** The party that is not us; undefined when we are none of the two. */
export function peerOf({ gateway, link }: Pick<LinkInQuestion, 'gateway' | 'link'>): LinkFileContent['agreement']['parties'][number] | undefined {
  const { parties } = link.agreement;
  return parties.some(({ entity }) => entity === gateway.gateway.entity) ? parties.find(({ entity }) => entity !== gateway.gateway.entity) : undefined;
}
