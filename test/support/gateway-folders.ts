/** Two gateway folders as operators make them with the command line's own functions: keys made, trust exchanged, the link filled in. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { makeKeys } from '../../src/cli/keys-make.ts';
import { importTrust } from '../../src/cli/trust.ts';
import { gatewayKeyFiles } from '../../src/crypto/gateway-keys.ts';
import { publicParts } from '../../src/crypto/public-parts.ts';
import { fingerprintOf } from '../../src/platform/fingerprint.ts';
import { approversOf, signLinkFile } from '../../src/sandbox/link-signing.ts';
import { createAuthority, issue } from '../../src/crypto/pki.ts';

const ROOT = join(import.meta.dirname, '../..');
const DAY_MS = 24 * 60 * 60 * 1000;

/** Within the validity of everything that is made here. */
export const NOW = Date.parse('2026-06-01T12:00:00Z');

export type Change = readonly [path: readonly (string | number)[], value: unknown];

/** The checked-in configuration without echoes: for a gateway that stands where no security server is, or behind another one. */
export const WITHOUT_ECHO: { readonly gateway: readonly Change[]; readonly link: readonly Change[] } = {
  gateway: [[['echo'], undefined]],
  link: [[['settings', 'echo'], undefined], [['agreement', 'legs', 0, 'grants', 2], undefined], [['agreement', 'legs', 1, 'grants', 1], undefined]],
};

export interface GatewayFolders {
  readonly fi: string;
  readonly ee: string;
  /** Has both link files signed as they are now, as after a change that everybody approved. */
  sign(): void;
  remove(): void;
}

export async function makeGatewayFolders(): Promise<GatewayFolders> {
  const root = mkdtempSync(join(tmpdir(), 'causeway-config-'));
  const folders = { fi: join(root, 'fi'), ee: join(root, 'ee') };
  const keys = { fi: await prepare('fi', folders.fi), ee: await prepare('ee', folders.ee) };
  for (const [own, peer] of [['fi', 'ee'], ['ee', 'fi']] as const) {
    const { trust } = publicParts(gatewayKeyFiles(join(folders[peer], 'keys')), { entity: `https://gateway.${peer}.example`, country: peer.toUpperCase() }, { notBefore: NOW - DAY_MS, notAfter: NOW + 364 * DAY_MS });
    const file = join(root, `from-${peer}.json`);
    writeFileSync(file, JSON.stringify(trust));
    importTrust(file, folders[own], fingerprintOf(trust));
    const auditor = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' };
    change(join(folders[own], 'links', `${peer}.yaml`), (['ee', 'fi'] as const).flatMap((party, index): Change[] => [
      [['agreement', 'parties', index, 'log', 'key'], keys[party].public['log']],
      [['agreement', 'parties', index, 'witness', 'key'], keys[party].public['witness']],
      [['agreement', 'parties', index, 'interval', 'key'], keys[party].public['interval']],
      [['agreement', 'parties', index, 'auditor'], auditor],
      [['agreement', 'parties', index, 'approvers'], approversOf(root, party.toUpperCase())],
    ]));
  }
  const sign = (): void => {
    for (const [own, peer] of [['fi', 'ee'], ['ee', 'fi']] as const) signLinkFile(join(folders[own], 'links', `${peer}.yaml`), root, ['EE', 'FI'], NOW);
  };
  sign();
  return { ...folders, sign, remove: () => rmSync(root, { recursive: true }) };
}

/** Changes entries of a YAML file in place; `undefined` removes one. */
export function change(file: string, changes: readonly Change[]): void {
  const document = parseDocument(readFileSync(file, 'utf8'));
  for (const [path, value] of changes) {
    if (value === undefined) document.deleteIn([...path]);
    else document.setIn([...path], document.createNode(value));
  }
  writeFileSync(file, document.toString());
}

async function prepare(country: 'fi' | 'ee', folder: string): ReturnType<typeof makeKeys> {
  cpSync(join(ROOT, 'federation-config', country), folder, { recursive: true });
  change(join(folder, 'gateway.yaml'), [[['mappings'], join(ROOT, 'mappings')]]);
  const made = await makeKeys({ out: join(folder, 'keys'), host: `gateway.${country}.example`, domesticHost: 'localhost' }, NOW - DAY_MS);
  const window = { notBefore: NOW - DAY_MS, notAfter: NOW + 365 * DAY_MS };
  const authority = createAuthority({ ...window, algorithm: 'P-256', subject: [['CN', 'members']] });
  const member = issue(authority, { ...window, algorithm: 'P-256', use: 'signing', subject: [['CN', 'gateway']] });
  mkdirSync(join(folder, 'home'));
  writeFileSync(join(folder, 'home/member-ca.cert.pem'), authority.certificate);
  writeFileSync(join(folder, 'home/security-server.cert.pem'), authority.certificate);
  writeFileSync(join(folder, 'keys/member-signing.key.pem'), member.key, { mode: 0o600 });
  writeFileSync(join(folder, 'keys/member-signing.cert.pem'), member.certificate);
  return made;
}
