import { test } from 'node:test';
import { verifyChain } from '../../src/trust/chain.ts';
import { EE_ANCHOR, EE_PIN, FI_ANCHOR, KEYS, NOW, bent, drafts, signDraft, taken, verify, withClaims } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

const naming_constraints = { permitted: ['.fi.example'] };
const allowing = (max_path_length: number) => ({ aboutFiAnchor: withClaims({ constraints: { max_path_length, naming_constraints } }) });

test('control: one entity between anchor and gateway is what max_path_length 1 allows', () => taken(verify(allowing(1))));

test('one entity is refused where none is allowed', () => refuses(verify(allowing(0)), 'chain-untrusted'));

/** The other country puts an authority of its own between its anchor and its gateway. */
function withMinistry(length: number) {
  const ministry = 'https://ministry.fi.example';
  const { gateway, aboutGateway, fiAnchor } = drafts();
  const jwks = { keys: [KEYS.stranger.jwk] };
  const honest = bent(allowing(length));
  return {
    configurations: [
      signDraft({ ...gateway, claims: { ...gateway.claims, authority_hints: [ministry] } }),
      signDraft({ key: KEYS.stranger, claims: { ...fiAnchor.claims, iss: ministry, sub: ministry, jwks, authority_hints: [FI_ANCHOR] } }),
      honest.fiAnchor,
      honest.eeAnchor,
    ],
    statements: [
      signDraft({ key: KEYS.stranger, claims: { ...aboutGateway.claims, iss: ministry } }),
      signDraft({ key: aboutGateway.key, claims: { ...aboutGateway.claims, sub: ministry, jwks, constraints: { naming_constraints } } }),
      honest.aboutFiAnchor,
    ],
  };
}

test('control: two entities between are what max_path_length 2 allows', () => taken(verifyChain(withMinistry(2), EE_PIN, NOW)));

test('the other anchor cannot put a further authority below itself where one entity is allowed', () => refuses(verifyChain(withMinistry(1), EE_PIN, NOW), 'chain-untrusted'));

test('a chain without any superior is refused', () => refuses(verifyChain({ configurations: [bent({}).eeAnchor], statements: [] }, { ...EE_PIN, entity: EE_ANCHOR }, NOW), 'chain-malformed'));
