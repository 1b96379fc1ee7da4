/** The value of a Content-Type field (RFC 9110, section 8.3.1; RFC 2045, section 5.1). */
import { CausewayError } from '../errors.ts';

export interface MediaType {
  /** In small letters, without parameters. */
  readonly type: string;
  /** By name in small letters. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const TYPE = new RegExp(`^[ \\t]*(${TOKEN}/${TOKEN})[ \\t]*`);
const PARAMETER = new RegExp(`^;[ \\t]*(?:(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]|\\\\[\\x20-\\x7e])*)"))?[ \\t]*`);

/** Throws `malformed` for what is not one media type, and for a parameter that stands twice: which of them holds differs between readers. */
export function parseMediaType(value: string): MediaType {
  const found = TYPE.exec(value);
  if (found?.[1] === undefined) throw malformed('It is not a media type.');
  const parameters = new Map<string, string>();
  let rest = value.slice(found[0].length);
  while (rest !== '') {
    const parameter = PARAMETER.exec(rest);
    if (parameter === null) throw malformed('A parameter of it cannot be read.');
    const [all, name, token, quoted] = parameter;
    rest = rest.slice(all.length);
    if (name === undefined) continue;
    if (parameters.has(name.toLowerCase())) throw malformed('A parameter of it stands twice.');
    parameters.set(name.toLowerCase(), token ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
  }
  return { type: found[1].toLowerCase(), parameters };
}

function malformed(hint: string): CausewayError {
  return new CausewayError('malformed', `Content-Type: ${hint}`, { facts: { field: 'Content-Type', hint } });
}
