/** Whether this gateway can fetch and judge the signed containers that the legs of a link ask for. */
import type { LinkInQuestion } from './link-in-question.ts';
import { problemAt } from './problems.ts';
import type { Problem } from './problems.ts';

/** Asked of a gateway behind a security server: an edge and a hub have none that signs. */
export function checkContainers({ gateway, link, at }: LinkInQuestion): Problem[] {
  if (gateway.gateway.home !== 'provider' || gateway.home.containers !== undefined) return [];
  const versions = [['agreement', link.agreement], ['next', link.next]] as const;
  return versions.flatMap(([key, agreement]) =>
    (agreement?.legs ?? []).flatMap(({ containers = 'none' }, leg) =>
      containers === 'none' ? [] : [problemAt(at, [key, 'legs', leg, 'containers'], `asks for ${containers === 'all' ? 'all containers' : 'a sample of containers'}, and gateway.yaml does not say how they are judged`, { hint: 'home.containers names the configuration anchor of our instance' })],
    ),
  );
}
