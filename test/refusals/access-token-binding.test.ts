import { X509Certificate, createHash } from 'node:crypto';
import { test } from 'node:test';
import { issue, createAuthority } from '../../src/crypto/pki.ts';
import { spkiPin } from '../../src/platform/spki.ts';
import { NOW } from '../support/hub-messages.ts';
import { proveWith, token } from '../support/hub-tokens.ts';
import { refuses } from '../support/refused.ts';

const times = { notBefore: NOW - 86_400_000, notAfter: NOW + 86_400_000 };
const authority = createAuthority({ ...times, algorithm: 'P-256', subject: [['CN', 'ca']] });
const certificate = (days = 1) => new X509Certificate(issue(authority, { ...times, notAfter: NOW + days * 86_400_000 - 1000, algorithm: 'P-256', use: 'tls', names: ['localhost'], subject: [['CN', 'portal']] }).certificate);
const own = certificate();
const other = certificate();
const shown = ({ raw }: X509Certificate) => ({ 'client-cert': `:${raw.toString('base64')}:` });
const bound = token({ claims: { cnf: { 'x5t#S256': createHash('sha256').update(own.raw).digest('base64url') } } });
const pinned = { pins: [spkiPin(own.publicKey)] };

test('control: a bound token over its own connection is taken', async () => void (await proveWith(await bound, shown(own))));
test('control: certificate and token of one client are taken', async () => void (await proveWith(await token(), shown(own), pinned)));
test('a stolen token over another connection is refused', async () => refuses(proveWith(await bound, shown(other)), 'caller-unauthenticated'));
test('a stolen token over a connection without a certificate is refused', async () => refuses(proveWith(await bound), 'caller-unauthenticated'));
test('a token that is bound in a way that is not known here is refused', async () => refuses(proveWith(await token({ claims: { cnf: { jkt: 'x' } } }), shown(own)), 'caller-unauthenticated'));
test("a client's token over the connection of another is refused", async () => refuses(proveWith(await token(), shown(other), pinned), 'caller-unauthenticated'));
test('a token alone of a client that must show a certificate too is refused', async () => refuses(proveWith(await token(), {}, pinned), 'caller-unauthenticated'));
test('an expired certificate is refused', async () => {
  const old = certificate(0);
  await refuses(proveWith(await token(), shown(old), { pins: [spkiPin(old.publicKey)] }), 'caller-unauthenticated');
});
