/** `causeway services describe`: a file for each foreign service, for the administrator of the security server to register (docs/connect-x-road.md). */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadConfig } from '../config/config.ts';
import { titleOf } from '../ecosystems/catalogue.ts';
import { DIALECT_FORMS } from '../ecosystems/dialects.ts';
import { openApiOf } from '../ecosystems/rest/openapi.ts';
import { renderWsdl } from '../ecosystems/soap/wsdl.ts';
import { servicePath } from '../ecosystems/xroad-identifiers.ts';
import { describeServices } from '../mapping/describe/services.ts';
import type { DescribedService } from '../mapping/describe/services.ts';

export interface DescribeArguments {
  readonly config: string;
  readonly out: string;
  /** Base URL under which the security server reaches the gateway; default: host and port of the domestic listener. */
  readonly url?: string;
  /** Folder of descriptions that are not in the mappings folder. */
  readonly schemas?: string;
}

/** What is entered into the console of the security server. */
export interface Registered {
  readonly file: string;
  /** `instance/class/code/subsystem/service`, without the version. */
  readonly service: string;
  readonly version?: string;
  readonly url: string;
  /** What the file was made from. */
  readonly source: string;
}

/** Writes the files of what linked countries offer; returns what they describe. Throws `config-invalid`. */
export async function servicesDescribe({ config, out, url, schemas }: DescribeArguments): Promise<readonly Registered[]> {
  const { gateway, listeners, mappings, links } = loadConfig(config);
  const countries = new Set(links.flatMap(({ agreements }) => agreements.flatMap(({ parties }) => parties.map(({ country }) => country))));
  const base = (url ?? `https://${listeners.domestic.host}:${listeners.domestic.port}`).replace(/\/$/, '');
  const folders = schemas === undefined ? [mappings] : [mappings, schemas];
  const services = await describeServices(mappings, gateway.country, countries, DIALECT_FORMS, (path) => readFirst(folders, path));
  mkdirSync(out, { recursive: true });
  return services.map((described) => {
    const location = gateway.home === 'provider' ? `${base}${described.path}` : described.form.kind === 'xml' ? `${base}/` : `${base}/r1/${servicePath(described.home.service)}`;
    const file = join(out, `${basename(described.path)}${described.form.kind === 'xml' ? '.wsdl' : '.openapi.json'}`);
    writeFileSync(file, textOf(described, location));
    const { version } = described.home.service;
    return { file, service: servicePath(described.home.service), ...(version === undefined ? {} : { version }), url: location, source: described.source };
  });
}

function textOf(described: DescribedService, location: string): string | Uint8Array {
  if (described.form.kind === 'xml') return renderWsdl(described.home, described.form.description, { title: titleOf(described), location });
  return `${JSON.stringify(openApiOf(described, location), undefined, 2)}\n`;
}

function readFirst(folders: readonly string[], path: string): Uint8Array | undefined {
  for (const folder of folders) {
    try {
      return readFileSync(join(folder, path));
    } catch {
      // In the next folder, or nowhere: the reader of descriptions says which.
    }
  }
  return undefined;
}

/** As lines for an administrator. */
export function renderRegistered(services: readonly Registered[]): string {
  return services.map(({ file, service, version, url, source }) => `${file}\n  service ${service}${version === undefined ? '' : `, version ${version}`}\n  URL     ${url}\n  from    ${source}`).join('\n');
}
