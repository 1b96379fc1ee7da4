/** Where signed documents come from: for each entity one or more web servers or folders, tried in turn. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError, asCausewayError } from '../errors.ts';
import { download } from '../platform/download.ts';
import { DOCUMENT_LIMITS } from './entity-statement.ts';
import { CONFIGURATION_PATH, NOTICES_PATH, mediaTypeAt, statementPath } from './layout.ts';
import type { DocumentSource } from './resolve.ts';

/** Milliseconds for one document of one place. */
const TIMEOUT_MS = 5000;

export interface Places extends DocumentSource {
  notices(anchor: string): Promise<string>;
}

/**
 * `places`: by entity id, http(s) base URLs or folders. Each function rejects with the failure of the last place; `chain-malformed` for another
 * content type than the document's (OpenID Federation 1.0, section 9.2).
 */
export function placesOf(places: Readonly<Record<string, readonly string[]>>): Places {
  const get = async (entity: string, path: string): Promise<string> => {
    const failures: CausewayError[] = [];
    for (const place of Object.hasOwn(places, entity) ? (places[entity] ?? []) : []) {
      try {
        return await fetchFrom(place, path);
      } catch (error) {
        failures.push(asCausewayError(error));
      }
    }
    const last = failures.at(-1);
    throw new CausewayError(last?.code ?? 'chain-untrusted', failures.map(({ message }) => message).join('; ') || `no source of ${entity} is configured`, { cause: last });
  };
  return {
    knows: (entity) => Object.hasOwn(places, entity),
    configuration: (entity) => get(entity, CONFIGURATION_PATH),
    statement: (superior, subject) => get(superior, statementPath(subject)),
    notices: (anchor) => get(anchor, NOTICES_PATH),
  };
}

async function fetchFrom(place: string, path: string): Promise<string> {
  if (!/^https?:/.test(place)) return readFrom(join(place, path));
  const url = `${place}${path}`;
  const { status, contentType, body } = await download(url, { maxBytes: DOCUMENT_LIMITS.maxBytes, timeout: TIMEOUT_MS, certificate: 'any-since-the-content-is-signed' });
  if (status !== 200) throw new CausewayError('service-refused', `${url} answers ${status}`);
  if (contentType !== mediaTypeAt(path)) throw new CausewayError('chain-malformed', `${url} is of content type "${contentType}", not ${mediaTypeAt(path) ?? ''}`);
  return Buffer.from(body).toString();
}

async function readFrom(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new CausewayError('service-unreachable', `${file} cannot be read`, { cause });
  }
}
