import { test } from 'node:test';
import { verifyChain } from '../../src/trust/chain.ts';
import { EE_ANCHOR, EE_PIN, FI_ANCHOR, FI_GATEWAY, KEYS, NOW, bent, drafts, honestSource, resolve, signDraft, sourceOf, taken, withClaims } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

test('control: the hints lead to the anchor', () => taken(resolve(honestSource())));

test('a gateway that names itself as its superior is refused', () => refuses(resolve(honestSource({ gateway: withClaims({ authority_hints: [FI_GATEWAY] }) })), 'chain-untrusted'));

test('two anchors that name only each other are refused, and not for ever', () => {
  const other = 'https://other.fi.example';
  const { fiAnchor, gateway, aboutGateway } = drafts();
  const hinting = (entity: string, hint: string) => signDraft({ ...fiAnchor, claims: { ...fiAnchor.claims, iss: entity, sub: entity, authority_hints: [hint] } });
  const about = (iss: string, sub: string) => signDraft({ ...aboutGateway, claims: { ...aboutGateway.claims, iss, sub, jwks: { keys: [KEYS.fi.jwk] } } });
  return refuses(
    resolve(sourceOf({ [FI_GATEWAY]: signDraft(gateway), [FI_ANCHOR]: hinting(FI_ANCHOR, other), [other]: hinting(other, FI_ANCHOR) }, { [`${FI_ANCHOR} ${FI_GATEWAY}`]: signDraft(aboutGateway), [`${other} ${FI_ANCHOR}`]: about(other, FI_ANCHOR), [`${FI_ANCHOR} ${other}`]: about(FI_ANCHOR, other) })),
    'chain-untrusted',
  );
});

test('a chain in which an entity stands twice is refused, whoever put it together', () => {
  const { gateway, aboutGateway, fiAnchor, aboutFiAnchor, eeAnchor } = bent({});
  const { aboutGateway: draft } = drafts();
  const back = signDraft({ ...draft, claims: { ...draft.claims, sub: FI_ANCHOR, iss: FI_GATEWAY } });
  const chain = { configurations: [gateway, fiAnchor, gateway, fiAnchor, eeAnchor], statements: [aboutGateway, back, aboutGateway, aboutFiAnchor] };
  return refuses(verifyChain(chain, EE_PIN, NOW), 'chain-untrusted');
});

test('an anchor that states itself is refused', () => refuses(resolve(honestSource({ aboutFiAnchor: withClaims({ sub: EE_ANCHOR }) })), 'chain-malformed'));

test('hints that lead to no source are not followed', () => refuses(resolve(honestSource({ gateway: withClaims({ authority_hints: ['https://169-254-169-254.example'] }) })), 'chain-untrusted'));
