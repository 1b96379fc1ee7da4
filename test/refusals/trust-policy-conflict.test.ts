import { test } from 'node:test';
import { taken, verify, withClaims } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

const policy = (parameter: unknown) => withClaims({ metadata_policy: { cross_border_gateway: { environment: parameter } } });
const both = (superior: unknown, subordinate: unknown) => verify({ aboutFiAnchor: (draft) => ({ ...draft, claims: { ...draft.claims, metadata_policy: { cross_border_gateway: { environment: superior } } } }), aboutGateway: policy(subordinate) });

test('control: two policies that agree', () => taken(both({ one_of: ['test', 'sandbox'] }, { one_of: ['test'] })));

test('a subordinate cannot set another value than its superior', () => refuses(both({ value: 'test' }, { value: 'production' }), 'chain-untrusted'));
test('a subordinate cannot widen one_of', () => refuses(both({ one_of: ['production'] }, { one_of: ['test'] }), 'chain-untrusted'));
test('a subordinate cannot set what its superior does not allow', () => refuses(both({ one_of: ['production'] }, { value: 'test' }), 'chain-untrusted'));
test('a subordinate cannot set another default', () => refuses(both({ default: 'test' }, { default: 'production' }), 'chain-untrusted'));
test('a subordinate cannot make optional what its superior makes essential', () => refuses(verify({ gateway: withClaims({ metadata: { cross_border_gateway: { signing_algorithms: ['ES256'] } } }), aboutFiAnchor: policy({ essential: true }), aboutGateway: policy({ essential: false }) }), 'chain-untrusted'));
test('metadata that the policy does not allow is refused', () => refuses(verify({ aboutGateway: policy({ one_of: ['production'] }) }), 'chain-untrusted'));
test('operators of one policy that contradict each other are refused', () => refuses(verify({ aboutGateway: policy({ value: null, essential: true }) }), 'chain-untrusted'));
test('an operator of the wrong type is refused', () => refuses(verify({ aboutGateway: policy({ one_of: 'test' }) }), 'chain-untrusted'));
test('a policy in an entity configuration is refused', () => refuses(verify({ gateway: withClaims({ metadata_policy: {} }) }), 'chain-malformed'));
test("an algorithm that the policy does not list is cut away, and what is left must be something", () =>
  refuses(verify({ gateway: withClaims({ metadata: { cross_border_gateway: { environment: 'test', signing_algorithms: ['none', 'HS256'] } } }) }), 'chain-untrusted'));
