/** The echo through both security servers for `causeway link check`: asked at our own security server with what the configuration folder holds, as a running gateway does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayConfig } from '../config/config.ts';
import { KeyFiles } from '../crypto/key-files.ts';
import { TlsIdentities } from '../crypto/tls-identities.ts';
import { callingHome } from '../ecosystems/calling-home.ts';
import { DIALECT_FORMS, dialectSettings, openDialects } from '../ecosystems/dialects.ts';
import { openPolicies } from '../exchange/open-policies.ts';
import { roundTrip } from '../exchange/round-trip.ts';
import type { RoundTrip } from '../exchange/round-trip.ts';
import type { Link } from '../federation/link.ts';
import { loadMappings } from '../mapping/load.ts';
import type { Clock } from '../platform/clock.ts';
import { Spool } from '../platform/spool.ts';

/** Undefined where the settings of the link name no echo. Throws `config-invalid` for a configuration that does not load. */
export async function askRoundTrip(link: Link, config: GatewayConfig, clock: Clock): Promise<RoundTrip | undefined> {
  if (link.settings.echo === undefined) return undefined;
  const { gateway, mappings, limits, keys } = config;
  const { imported, identifiers } = await loadMappings(mappings, gateway.country, DIALECT_FORMS);
  const files = new KeyFiles(keys.passphrase);
  const home = callingHome(config, new TlsIdentities(files), () => {});
  const folder = mkdtempSync(join(tmpdir(), 'causeway-echo-'));
  const spool = new Spool({ folder, maxBytes: limits.temporaryBytes, memoryBytes: limits.memoryBytes });
  try {
    const dialect = await openDialects(dialectSettings(config));
    const { policy } = openPolicies(config, files, undefined, clock, { report: () => {} });
    return await roundTrip(link, new AbortController().signal, { clock, country: gateway.country, identifiers, imported: () => imported, dialect, policy, handover: home.of, xml: limits.xml, scope: () => spool.scope() });
  } finally {
    await home.close();
    rmSync(folder, { recursive: true });
  }
}
