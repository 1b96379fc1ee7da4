/**
 * Where signed documents lie below a place, so that a plain web server or a folder can hand them out. The specification's fetch endpoint takes
 * the subject as a query, which no static server answers: ours has a file for each subject instead.
 */
import { sha256Base64url } from '../crypto/digest.ts';

/** OpenID Federation 1.0, section 9. */
export const CONFIGURATION_PATH = '/.well-known/openid-federation';
export const NOTICES_PATH = '/federation/notices';
export const HISTORICAL_KEYS_PATH = '/federation/historical-keys';
const STATEMENTS_PATH = '/federation/statements/';

export function statementPath(subject: string): string {
  return `${STATEMENTS_PATH}${sha256Base64url(subject)}`;
}

/** The media type of what lies at a path; undefined for a path that is none of these. */
export function mediaTypeAt(path: string): string | undefined {
  if (path === CONFIGURATION_PATH || (path.startsWith(STATEMENTS_PATH) && /^[A-Za-z0-9_-]{43}$/.test(path.slice(STATEMENTS_PATH.length)))) return 'application/entity-statement+jwt';
  if (path === NOTICES_PATH) return 'application/causeway-notices+jwt';
  return path === HISTORICAL_KEYS_PATH ? 'application/jwk-set+jwt' : undefined;
}
