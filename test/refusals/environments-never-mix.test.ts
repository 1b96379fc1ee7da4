/** The name of the environment stands in anchor, link and, by the hash of the link, in every statement: a test gateway and a live one never believe each other. */
import { test } from 'node:test';
import { acceptedVersion, makeLink } from '../../src/federation/link.ts';
import { answerEcho, signEcho } from '../../src/federation/echo.ts';
import { gatewayKeys } from '../../src/trust/gateway-metadata.ts';
import { FI_GATEWAY, verify, withClaims } from '../support/federation.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';

const { ee, fi } = makePair();
const [{ agreement }] = fi.link.versions;
const live = makeLink([{ ...agreement, environment: 'production' }], fi.entity, fi.link.settings);
const metadata = (environment: string) => withClaims({ metadata: { cross_border_gateway: { environment, country: 'FI', signing_algorithms: ['ES256'], sealing_algorithms: ['ECDH-ES+A256KW'] } } });

test('an anchor of one environment states no gateway of another', () => refuses(verify({ gateway: metadata('production') }), 'chain-untrusted'));

test('a gateway of another environment than the link is not its peer', async () => {
  const chain = await verify();
  const key = { kid: 'k', publicKey: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }, notBefore: '2026-01-01T00:00:00Z', notAfter: '2027-01-01T00:00:00Z' } as const;
  const whole = { ...chain, metadata: { cross_border_gateway: { environment: 'test', country: 'FI', signing_algorithms: ['ES256'], sealing_algorithms: ['ECDH-ES+A256KW'], statement: [key], encryption: [key], tls: [{ spki: 'x', notBefore: key.notBefore, notAfter: key.notAfter }] } } };
  gatewayKeys(whole, { entity: FI_GATEWAY, country: 'FI', environment: 'test' });
  await refuses(() => gatewayKeys(whole, { entity: FI_GATEWAY, country: 'FI', environment: 'production' }), 'chain-untrusted');
});

test('a statement under the agreement of another environment is refused', async () => {
  const [{ sha256 }] = ee.link.versions;
  await assertRefused(() => acceptedVersion(live, { id: agreement.id, version: agreement.version, sha256 }, NOW), 'link-mismatch');
});

test('an echo of a gateway of another environment is refused', async () => {
  await refuses(answerEcho(await signEcho(ee, NOW), { link: live, side: fi.side }, { home: 'reached', exchanges: 'taken' }, NOW), 'link-mismatch');
});
