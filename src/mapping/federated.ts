/** Federated identifiers: `<country>/<class>/<code>[/<subsystem>[/<service>[/<version>]]]`, in exactly one spelling (house.md, "Words"). */

export interface Federated {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string;
  readonly memberClass: string;
  readonly memberCode: string;
  readonly subsystem?: string;
  readonly service?: string;
  readonly version?: string;
}

const MAX_SEGMENT = 255;
/** Control, format, surrogate and private characters, and line separators: what no reader sees must not tell two members apart. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
/** RFC 3986 section 2.3. X-Road's own set is wider ('()+,=?), but `?` ends a path, `+` is a space to some decoders, and one spelling is enough. */
const UNRESERVED = /^[A-Za-z0-9\-._~]$/;

/**
 * The parts of a federated identifier. Returns undefined for anything but its one canonical spelling: other percent-encodings, text that
 * is not NFC, invisible characters, empty or dot segments, a country that is not two capital letters.
 */
export function parseFederated(text: string): Federated | undefined {
  const segments = text.split('/');
  if (segments.length < 3 || segments.length > 6) return undefined;
  const parts = segments.map(decoded);
  const [country, memberClass, memberCode, subsystem, service, version] = parts;
  if (country === undefined || memberClass === undefined || memberCode === undefined || parts.includes(undefined)) return undefined;
  if (!/^[A-Z]{2}$/.test(country)) return undefined;
  return {
    country,
    memberClass,
    memberCode,
    ...(subsystem === undefined ? {} : { subsystem }),
    ...(service === undefined ? {} : { service }),
    ...(version === undefined ? {} : { version }),
  };
}

/** The canonical spelling. Throws RangeError for parts that have none (see parseFederated), or that leave a gap. */
export function renderFederated(parts: Federated): string {
  const all = [parts.country, parts.memberClass, parts.memberCode, parts.subsystem, parts.service, parts.version];
  const used = all.findIndex((part) => part === undefined);
  const segments = used === -1 ? all : all.slice(0, used);
  if (used !== -1 && all.slice(used).some((part) => part !== undefined)) throw new RangeError('a federated identifier has no gaps');
  const text = segments.map((part) => encoded(part ?? '')).join('/');
  if (parseFederated(text) === undefined) throw new RangeError('not the parts of a federated identifier');
  return text;
}

function decoded(segment: string): string | undefined {
  let text: string;
  try {
    text = decodeURIComponent(segment);
  } catch {
    return undefined;
  }
  if (text === '' || text === '.' || text === '..' || text.length > MAX_SEGMENT) return undefined;
  if (INVISIBLE.test(text) || text.normalize('NFC') !== text) return undefined;
  return encoded(text) === segment ? text : undefined;
}

function encoded(text: string): string {
  let result = '';
  for (const character of text) result += UNRESERVED.test(character) ? character : percent(character);
  return result;
}

function percent(character: string): string {
  return [...Buffer.from(character, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
