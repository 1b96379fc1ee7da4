/** How messages at home are proven, as gateway.yaml says it: what the composition root hands to the flows. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { GatewayConfig } from '../config/config.ts';
import type { KeyFiles } from '../crypto/key-files.ts';
import type { OpenHub } from '../ecosystems/openapi/open-hub.ts';
import type { CheckRevocation, ProofPolicy } from '../ecosystems/proof-policy.ts';
import { CausewayError } from '../errors.ts';
import type { Grant } from '../federation/link.ts';
import type { Clock } from '../platform/clock.ts';
import { download, post } from '../platform/download.ts';
import { Revocation } from '../trust/revocation.ts';
import type { Dependencies } from './dependencies.ts';

/** `revocation` is to be looked at every second, and closed. Throws `config-invalid` for a file that is no certificate, or no private key. */
export function openPolicies(config: GatewayConfig, keys: KeyFiles, hub: OpenHub | undefined, clock: Clock, dependencies: Pick<Dependencies, 'report'>): { readonly policy: ReturnType<typeof policies>; readonly revocation: Revocation | undefined } {
  const revocation = openRevocation(config, clock, dependencies);
  return { policy: policies(config, keys, hub, revocation), revocation };
}

/** How each form of domestic proof is judged here, and with what we sign. */
function policies({ gateway, home }: GatewayConfig, keys: KeyFiles, hub: OpenHub | undefined, revocation?: Pick<Revocation, 'check'>): (form: Grant['proof'], connection: string) => ProofPolicy {
  const check = revocation === undefined ? {} : { revocation: ((path, stapled) => revocation.check(path, stapled)) satisfies CheckRevocation };
  const wss: ProofPolicy | undefined = home.wss && {
    form: 'wss',
    trust: { authorities: home.wss.authorities.map(der) },
    ...check,
    verifiers: home.wss.verifiers,
    maxAge: home.wss.maxAge,
    maxAhead: home.wss.maxAhead,
    signer: { key: keys.signing(home.wss.key, 'member'), chain: [der(home.wss.certificate)] },
  };
  const settings = home.hub?.signatures;
  const signatures = hub?.signatures && { ...hub.signatures, ...(settings?.authorities === undefined ? {} : { certificates: { trust: { authorities: settings.authorities.map(der) }, ocspHeader: settings.ocspHeader, ...check } }) };
  return (form, connection) => {
    if (form === 'security-server' && gateway.home !== 'hub') return { form, connection, ...(gateway.home === 'edge' ? { voucher: 'edge' } : {}) };
    if (form === 'api-client' && hub !== undefined) return { form };
    if (form === 'wss' && wss !== undefined) return wss;
    if ((form === 'http-signature' || form === 'jws-detached') && signatures !== undefined) return { ...signatures, form };
    throw new CausewayError('internal', `a grant asks for ${form} proof, for which gateway.yaml has no settings (home.wss, home.hub.signatures)`);
  };
}

/** Undefined where gateway.yaml names nobody who says what is revoked. */
function openRevocation({ home }: GatewayConfig, clock: Clock, dependencies: Pick<Dependencies, 'report'>): Revocation | undefined {
  const settings = home.wss?.revocation ?? home.hub?.signatures?.revocation;
  if (settings === undefined) return undefined;
  const { policy, maxAge, sources, ...limits } = settings;
  return new Revocation({
    policy,
    maxAge,
    clock,
    sources: sources.map(({ authority, ocsp, crl }) => ({ authority: der(authority), ...(ocsp === undefined ? {} : { ocsp: { url: ocsp.url, responders: ocsp.responders.map(der) } }), ...(crl === undefined ? {} : { crl }) })),
    get: (url) => download(url, limits),
    post: (url, type, body) => post(url, type, body, limits),
    report: (loss) => dependencies.report('ocsp', loss),
  });
}

function der(file: string): Uint8Array {
  try {
    return new X509Certificate(readFileSync(file)).raw;
  } catch (cause) {
    throw new CausewayError('config-invalid', `${file} is not a certificate`, { cause });
  }
}
