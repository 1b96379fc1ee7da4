/** Whether this gateway can prove messages at home as the grants of a link demand of its side. */
import type { ProofForm } from '../stages.ts';
import type { LinkInQuestion } from './link-in-question.ts';
import { problemAt } from './problems.ts';
import type { Problem } from './problems.ts';

/** In force and to come: what cannot be proven would be found with the first message. */
export function checkProofs({ gateway, link, at }: LinkInQuestion): Problem[] {
  const possible = proofsOf(gateway);
  const versions = [['agreement', link.agreement], ['next', link.next]] as const;
  return versions.flatMap(([key, agreement]) =>
    (agreement?.legs ?? []).flatMap(({ from, grants }, leg) =>
      grants.flatMap(({ proof, answerProof }, index) => {
        const [name, form] = from === gateway.gateway.country || answerProof === undefined ? (['proof', proof] as const) : (['answerProof', answerProof] as const);
        return possible.includes(form) ? [] : [problemAt(at, [key, 'legs', leg, 'grants', index, name], `this gateway cannot prove messages at home by ${form}`, { hint: `as gateway.yaml is, it can by ${possible.join(', ')}; an answer may have an answerProof of its own` })];
      }),
    ),
  );
}

function proofsOf({ gateway, home }: LinkInQuestion['gateway']): readonly ProofForm[] {
  if (gateway.home !== 'hub') return ['security-server', ...(home.wss === undefined ? [] : (['wss'] as const))];
  return ['api-client', ...(home.hub?.signatures === undefined ? [] : (['http-signature', 'jws-detached'] as const))];
}
