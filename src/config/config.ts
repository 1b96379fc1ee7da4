/**
 * The configuration folder of one gateway: gateway.yaml, links/<peer>.yaml, trust/<COUNTRY>.json. Read strictly, all problems at once,
 * frozen afterwards; paths are absolute, durations milliseconds, sizes bytes. Key files are not read here.
 */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { deepFreeze } from './freeze.ts';
import type { DeepReadonly } from './freeze.ts';
import { checkEcosystem } from './check-ecosystem.ts';
import type { EcosystemProfile } from './ecosystem-file.ts';
import { SHIPPED_ECOSYSTEMS, ecosystemNames, readEcosystem, unknownEcosystem } from './ecosystems.ts';
import { anchorSchema } from './federation-file.ts';
import type { AnchorFile } from './federation-file.ts';
import { gatewaySchema } from './gateway-file.ts';
import type { GatewayFile } from './gateway-file.ts';
import { linkSchema } from './link-file.ts';
import type { LinkFileContent } from './link-file.ts';
import { problemAt, throwIfAny } from './problems.ts';
import type { Problem } from './problems.ts';
import { readConfigFile } from './read.ts';
import type { ReadFile } from './read.ts';
import { historyFile, readHistory } from './signed-link-file.ts';
import type { LinkHistory } from './signed-link-file.ts';
import { trustSchema } from './trust-file.ts';
import type { TrustFile } from './trust-file.ts';

export type Agreement = DeepReadonly<LinkFileContent['agreement']>;

export interface LinkFile {
  readonly file: string;
  /** The version in force and, where it is agreed already, the next one. */
  readonly agreements: readonly [Agreement, ...Agreement[]];
  readonly settings: DeepReadonly<LinkFileContent['settings']>;
  /** Who approved it: `<peer>.signed.json` beside the file, where there is one. */
  readonly history?: LinkHistory;
}

export type GatewayConfig = DeepReadonly<GatewayFile> & {
  /** Profile of our platform. */
  readonly ecosystem: EcosystemProfile;
  readonly links: readonly LinkFile[];
};

/** The files as they were read, with their places: what `checkConfig` looks further into. */
export interface ReadConfig {
  readonly gateway: ReadFile<GatewayFile>;
  /** Absent when gateway.yaml cannot be read, or names none that can. */
  readonly ecosystem?: EcosystemProfile;
  readonly links: readonly ReadFile<LinkFileContent>[];
  /** Problems of all files by themselves, and of gateway.yaml under the profile of its platform. */
  readonly problems: readonly Problem[];
}

export function readConfig(folder: string): ReadConfig {
  const gateway = readConfigFile(join(folder, 'gateway.yaml'), gatewaySchema(resolve(folder)));
  const links = linkFiles(folder).map((name) => readConfigFile(join(folder, 'links', name), linkSchema()));
  const none = links.length > 0 ? [] : [problemAt({ ...gateway, file: join(folder, 'links') }, [], 'has no <peer>.yaml: a gateway without a link has nothing to do')];
  const { profile, problems } = profileOf(gateway);
  return { gateway, links, ...(profile === undefined ? {} : { ecosystem: profile }), problems: [...gateway.problems, ...problems, ...links.flatMap((link) => link.problems), ...none] };
}

function profileOf(gateway: ReadFile<GatewayFile>): { readonly profile?: EcosystemProfile; readonly problems: readonly Problem[] } {
  if (gateway.value === undefined) return { problems: [] };
  const { ecosystems = SHIPPED_ECOSYSTEMS, gateway: { ecosystem } } = gateway.value;
  const names = ecosystemNames(ecosystems);
  if (!names.includes(ecosystem)) return { problems: [problemAt(gateway, ['gateway', 'ecosystem'], `there is no profile "${ecosystem}" in ${ecosystems}`, { hint: unknownEcosystem(ecosystem, names) })] };
  const { value, problems } = readEcosystem(ecosystems, ecosystem);
  if (value === undefined) return { problems };
  return { profile: value, problems: checkEcosystem(gateway.value, value, gateway) };
}

function linkFiles(folder: string): string[] {
  try {
    return readdirSync(join(folder, 'links')).filter((name) => name.endsWith('.yaml')).sort();
  } catch {
    return [];
  }
}

/** Throws `config-invalid` with every problem as a line `file:line:column: path: text (hint)`. */
export function loadConfig(folder: string): GatewayConfig {
  const { gateway, ecosystem, links, problems } = readConfig(folder);
  throwIfAny(problems);
  const read = links.flatMap(({ file, value }) => (value === undefined ? [] : [linkFile(file, value)]));
  return deepFreeze({ ...gateway.value!, ecosystem: ecosystem!, links: read });
}

function linkFile(file: string, { agreement, next, settings }: LinkFileContent): LinkFile {
  const history = readHistory(historyFile(file));
  return { file, agreements: next === undefined ? [agreement] : [agreement, next], settings, ...(history === undefined ? {} : { history }) };
}

/** gateway.yaml alone: for what is done before there is a link. Throws `config-invalid`. */
export function readGateway(folder: string): DeepReadonly<GatewayFile> {
  const { value, problems } = readConfigFile(join(folder, 'gateway.yaml'), gatewaySchema(resolve(folder)));
  throwIfAny(problems);
  return deepFreeze(value!);
}

/** One link file alone. Throws `config-invalid`. */
export function readLinkFile(file: string): LinkFile {
  const { value, problems } = readConfigFile(file, linkSchema());
  throwIfAny(problems);
  return deepFreeze(linkFile(file, value!));
}

/** Reads the keys of a peer. Throws `config-invalid` with every problem and its place. */
export function readTrustFile(file: string): TrustFile {
  const { value, problems } = readConfigFile(file, trustSchema());
  throwIfAny(problems);
  return deepFreeze(value!);
}

/** Reads the file that pins an anchor. Throws `config-invalid`. */
export function readAnchorFile(file: string): AnchorFile {
  const { value, problems } = readConfigFile(file, anchorSchema());
  throwIfAny(problems);
  return deepFreeze(value!);
}
