/** The pair of the sandbox with Estonia on UXP instead of X-Road: its services.yaml, its profile, and the stand-in of a UXP server in front of its systems. */
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/platform/clock.ts';
import { Faults } from '../../src/sandbox/faults.ts';
import { certificatesOf, pinsOf } from '../../src/sandbox/pki/credentials.ts';
import { Registry } from '../../src/sandbox/security-server/access.ts';
import { MessageLog } from '../../src/sandbox/security-server/log.ts';
import { Platform } from '../../src/sandbox/security-server/platform.ts';
import { SignedMessages } from '../../src/sandbox/signing/archive.ts';
import { Notary } from '../../src/sandbox/signing/notary.ts';
import { Upstream } from '../../src/sandbox/security-server/upstream.ts';
import { startUxpServer } from '../../src/sandbox/security-server/uxp.ts';
import { WITHOUT_ECHO, change } from './gateway-folders.ts';
import type { RunningPair } from './running-pair.ts';

const ROOT = join(import.meta.dirname, '../..');

const SERVICES = `
imported:
  - service: FI/GOV/0244683-1/prh/companies
    operation: { method: GET, template: /companies }
    home: { dialect: uxp-rest, subsystem: FI-prh, service: lihtandmed_v2, version: v1, operation: { method: GET, template: "/{code}" } }
    path: /services/fi-companies
    mapping: ee/uxp-company
    purposes: { company-check: 9K9J65I75ILCLMPDUIRXS }
exported:
  - service: EE/GOV/70000349/emta/xteePalgaandmed/v1
    operation: { name: xteePalgaandmed }
    dialect: uxp-soap
    mapping: ee/uxp-income
`;

const COMPANY = `
mapping: ee/uxp-company
revision: 1
neutral: company/v1
domestic: { dialect: uxp-rest, operation: "GET /{code}" }
request:
  rules:
    - { domestic: path.code, neutral: identifier, as: 'organisation-id($country) | prefixed("$country:")' }
response:
  outcomes:
    - outcome: found
      present: [companies]
      rules:
        - each: { domestic: companies, neutral: companies }
          rules:
            - { domestic: code, neutral: identifier, as: 'organisation-id($country) | prefixed("$country:")' }
            - { domestic: name, neutral: legalName }
            - { domestic: state, neutral: status }
            - { domestic: since, neutral: registered, as: date, optional: true }
            - { neutral: removed, drop: not asked for }
            - { neutral: legalForm, drop: not asked for }
            - { neutral: euid, drop: not asked for }
    - outcome: not-found
      absent: [companies]
`;

/** A repository of its own for a pair: the same code, other mappings and another profile. The caller removes it. */
export function uxpRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'causeway-uxp-'));
  for (const name of ['src', 'node_modules', 'package.json']) symlinkSync(join(ROOT, name), join(root, name));
  for (const name of ['mappings', 'federation-config']) cpSync(join(ROOT, name), join(root, name), { recursive: true });
  const edit = (file: string, change: (text: string) => string): void => writeFileSync(join(root, file), change(readFileSync(join(root, file), 'utf8')));
  edit('federation-config/ecosystems/ee-xtee.yaml', (text) => text.replace(/^dialects: .*$/m, 'dialects: [uxp-soap, uxp-rest]').replace(/^requestHashes: .*$/m, 'requestHashes: [sha512, gost34311]'));
  edit('mappings/ee/services.yaml', () => SERVICES);
  // There is no population register here to be asked.
  for (const file of ['ee/links/fi.yaml', 'fi/links/ee.yaml']) change(join(root, 'federation-config', file), [...WITHOUT_ECHO.link, [['agreement', 'legs', 0, 'grants', 1], undefined]]);
  for (const country of ['ee', 'fi']) change(join(root, 'federation-config', country, 'gateway.yaml'), WITHOUT_ECHO.gateway);
  writeFileSync(join(root, 'mappings/ee/uxp-company.yaml'), COMPANY);
  cpSync(join(root, 'mappings/ee/employment-income.yaml'), join(root, 'mappings/ee/uxp-income.yaml'));
  edit('mappings/ee/uxp-income.yaml', (text) => text.replace('mapping: ee/employment-income', 'mapping: ee/uxp-income').replace('dialect: xroad-soap', 'dialect: uxp-soap'));
  return root;
}

export interface UxpFront {
  readonly url: string;
  readonly log: MessageLog;
  readonly faults: Faults;
  close(): Promise<void>;
}

/** A UXP server of Estonia, with the certificate, the clients and the services of its security server; the gateway is told of it. */
export async function startUxpFront(pair: RunningPair): Promise<UxpFront> {
  const { plan, keys, urlOf } = pair.countries.EE;
  const [log, faults] = [new MessageLog(), new Faults()];
  const services = plan.services.map(({ id, protocol, allowed }) => ({ id, protocol, provider: id.split('/').slice(0, 4).join('/'), url: () => urlOf(id), allowed: new Set(allowed) }));
  const upstream = new Upstream(keys.securityServer, pinsOf(plan, keys), 20_000);
  const platform = new Platform({ instance: plan.instance, registry: new Registry(certificatesOf(plan, keys), services), faults, log, upstream, clock: systemClock(), notary: new Notary(keys, systemClock()), messages: new SignedMessages() });
  const server = await startUxpServer({ platform, identity: keys.securityServer, authority: keys.tlsAuthority.certificate, port: 0, spelling: 'before-7.8', requestHash: 'gost34311' });
  await pair.reconfigure({ gateway: [[['home', 'securityServers', 0, 'url'], server.url]] }, ['EE']);
  return {
    url: server.url,
    log,
    faults,
    async close() {
      await server.close();
      await upstream.close();
    },
  };
}
