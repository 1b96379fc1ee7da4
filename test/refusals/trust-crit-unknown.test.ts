import { test } from 'node:test';
import { taken, underHeader, verify, withClaims } from '../support/federation.ts';
import { refuses } from '../support/refused.ts';

const header = (more: object) => underHeader((kid) => JSON.stringify({ alg: 'ES256', typ: 'entity-statement+jwt', kid, ...more }));

test('control: a claim that is not known and not critical is ignored', () => taken(verify({ gateway: withClaims({ 'x-colour': 'red' }) })));

test('a critical claim that is not known is refused', () => refuses(verify({ gateway: withClaims({ 'crit': ['x-colour'], 'x-colour': 'red' }) }), 'chain-malformed'));
test('a critical claim of the specification itself is refused', () => refuses(verify({ aboutGateway: withClaims({ crit: ['jwks'] }) }), 'chain-malformed'));
test('an empty crit claim is refused', () => refuses(verify({ aboutFiAnchor: withClaims({ crit: [] }) }), 'chain-malformed'));
test('a critical policy operator that is not known is refused', () => refuses(verify({ aboutGateway: withClaims({ metadata_policy_crit: ['regexp'] }) }), 'chain-malformed'));
test('a critical header member is refused', () => refuses(verify({ gateway: header({ 'crit': ['x'], 'x': 1 }) }), 'chain-malformed'));
test('an empty critical header is refused', () => refuses(verify({ gateway: header({ crit: [] }) }), 'chain-malformed'));
