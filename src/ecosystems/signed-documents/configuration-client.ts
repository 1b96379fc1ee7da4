/** Downloads the shared parameters of an X-Road instance under its anchor, as a security server does (PR-GCONF, section 3). */
import { CausewayError, asCausewayError } from '../../errors.ts';
import type { Downloaded } from '../../platform/download.ts';
import { isFile, readDirectory } from './configuration-directory.ts';
import type { ConfigurationAnchor, ConfigurationSource } from './configuration-anchor.ts';

export interface DownloadedConfiguration {
  readonly instance: string;
  /** shared-params.xml, to the byte. */
  readonly sharedParameters: Uint8Array;
  /** UTC milliseconds. */
  readonly expires: number;
  /** Version of the configuration's schemas. */
  readonly version: string;
}

/** Newest first: a server that does not offer a version answers 404. */
const VERSIONS = ['6', '5', '4', '3', '2'];

/**
 * From the first source of the anchor that gives a verified and current configuration. `get` fetches an address. Throws what the last source was
 * refused with: `service-unreachable`, `malformed`, `signature-…`.
 */
export async function downloadConfiguration(anchor: ConfigurationAnchor, get: (url: string) => Promise<Downloaded>, now: number): Promise<DownloadedConfiguration> {
  let failure: CausewayError | undefined;
  for (const source of anchor.sources) {
    try {
      return await fromSource(anchor.instance, source, get, now);
    } catch (thrown) {
      failure = asCausewayError(thrown);
    }
  }
  throw failure ?? new CausewayError('config-invalid', 'the anchor names no source');
}

async function fromSource(instance: string, source: ConfigurationSource, get: (url: string) => Promise<Downloaded>, now: number): Promise<DownloadedConfiguration> {
  const { reply, version } = await newest(source.url, get);
  const directory = await readDirectory(reply, source.certificates, now);
  const file = directory.files.find((one) => one.identifier === 'SHARED-PARAMETERS' && one.instance === instance);
  if (file === undefined) throw new CausewayError('malformed', `the configuration holds no shared parameters of instance ${instance}`);
  // The directory says where: a path of its own server and nowhere else.
  const address = new URL(file.location, source.url);
  if (address.host !== new URL(source.url).host) throw new CausewayError('signature-untrusted', 'the configuration names a file on another server');
  const { status, body } = await get(address.href);
  if (status !== 200 || !isFile(file, body)) throw new CausewayError('signature-invalid', 'the shared parameters are not those that the directory names');
  return { instance, sharedParameters: body, expires: directory.expires, version: directory.version ?? version };
}

async function newest(url: string, get: (url: string) => Promise<Downloaded>): Promise<{ reply: Downloaded; version: string }> {
  for (const version of VERSIONS) {
    const address = new URL(url);
    address.searchParams.set('version', version);
    const reply = await get(address.href);
    if (reply.status === 200) return { reply, version };
    if (reply.status !== 404) throw new CausewayError('service-unreachable', `the configuration source answered ${reply.status}`);
  }
  throw new CausewayError('service-unreachable', 'the configuration source offers no version from 2 to 6');
}
