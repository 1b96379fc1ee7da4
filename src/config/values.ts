/** The kinds of values that operators write: durations, sizes, paths, names. Each says in one sentence what it expects. */
import { resolve } from 'node:path';
import * as v from 'valibot';

const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZE_BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `250ms`, `60s`, `10m`, `24h`, `7d` as milliseconds. */
export function duration() {
  return v.pipe(v.string(expects('a duration such as 60s')), v.regex(/^\d{1,9}(ms|s|m|h|d)$/, expects('a duration such as 250ms, 60s, 10m, 24h or 7d')), v.transform((text) => times(text, DURATION_MS)));
}

/** `512B`, `64KiB`, `10MiB` as bytes. */
export function size() {
  return v.pipe(v.string(expects('a size such as 10MiB')), v.regex(/^\d{1,9}(B|KiB|MiB|GiB)$/, expects('a size such as 512B, 64KiB or 10MiB')), v.transform((text) => times(text, SIZE_BYTES)));
}

function times(text: string, units: Readonly<Record<string, number>>): number {
  const unit = text.replace(/^\d+/, '');
  return Number(text.slice(0, -unit.length)) * (units[unit] ?? Number.NaN);
}

/** A text that is not empty. What looks like a number must stand in quotes: YAML would drop its leading zeros. */
export function text() {
  return v.pipe(v.string((issue) => (issue.received === 'undefined' ? 'is missing' : `expected a text; write it in quotes`)), v.nonEmpty(expects('a text that is not empty')), v.maxLength(2000, expects('a shorter text')));
}

/** A member or subsystem of our platform. */
export function memberPath() {
  return v.pipe(text(), v.regex(/^[^/]+(\/[^/]+){2,3}$/, 'expected instance/class/code or instance/class/code/subsystem'));
}

/** Path of a file or folder, relative to the file in which it is written; absolute afterwards. */
export function path(folder: string) {
  return v.pipe(text(), v.transform((written) => resolve(folder, written)));
}

const TOKEN_PLACE = /^pkcs11:object=[A-Za-z0-9._%-]+$/;

/** A private key: its file, or `pkcs11:object=<label>` of a key pair in the token of the group `pkcs11`. */
export function keyPlace(folder: string) {
  return v.pipe(text(), v.check((written) => !written.startsWith('pkcs11:') || TOKEN_PLACE.test(written), expects('the path of a file, or pkcs11:object=<label>')), v.transform((written) => (written.startsWith('pkcs11:') ? written : resolve(folder, written))));
}

/** `pkcs11:object=<label>`. */
export function tokenPlace() {
  return v.pipe(text(), v.regex(TOKEN_PLACE, expects('pkcs11:object=<label>')));
}

/** Key and certificate files (PEM) of one TLS identity. */
export function identity(folder: string) {
  return { key: path(folder), certificate: path(folder) };
}

export function country() {
  return v.pipe(text(), v.regex(/^[A-Z]{2}$/, expects('an ISO 3166-1 country code in capitals, such as EE')));
}

/** An https URL with nothing after its path, as written: URLs are compared as text. */
export function httpsUrl() {
  return v.pipe(text(), v.check(isPlainHttps, expects('an https URL without user, query or fragment, such as https://gateway.ee.example')));
}

/** `https://host[:port]` alone. */
export function httpsOrigin() {
  return v.pipe(text(), v.check((url) => isPlainHttps(url) && new URL(url).origin === url, expects('an https URL of host and port alone, such as https://10.1.2.3:7102')));
}

/** `https://host[:port]`, or `http://` where TLS is turned off by its own setting. */
export function origin() {
  return v.pipe(text(), v.check((url) => /^https?:/.test(url) && URL.parse(url)?.origin === url, expects('a URL of host and port alone, such as https://10.1.2.3:7102')));
}

/** A URL with a path or without, and nothing after it. */
export function serviceUrl() {
  return v.pipe(text(), v.check(isPlainUrl, expects('a URL without user, query or fragment, such as https://register.ee.internal/producer')));
}

function isPlainUrl(url: string): boolean {
  return isPlainHttps(url.replace(/^http:/, 'https:'));
}

function isPlainHttps(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'https:') return false;
  return [`${parsed.origin}${parsed.pathname}`, parsed.pathname === '/' ? parsed.origin : ''].includes(url);
}

/** TCP port; 0 lets the system choose (tests). */
export function port() {
  return count(0, 65_535);
}

export function count(least: number, most: number) {
  const message = expects(`a whole number from ${least} to ${most}`);
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
}

/** 32 bytes in base64, as SPKI pins and Ed25519 public keys are written. */
export function base64Of32() {
  return v.pipe(text(), v.check((written) => canonical(written, 'base64'), expects('32 bytes in base64')));
}

/** So many bytes in base64, beyond the length of other texts. */
export function base64Of(bytes: number) {
  return v.pipe(v.string(expects('a text')), v.check((written) => canonical(written, 'base64', bytes), expects(`${bytes} bytes in base64`)));
}

/** A SHA-256 in base64url, as the claims of statements carry it. */
export function sha256() {
  return v.pipe(text(), v.check((written) => canonical(written, 'base64url'), expects('a SHA-256 in base64url (43 characters)')));
}

function canonical(written: string, encoding: 'base64' | 'base64url', length = 32): boolean {
  const bytes = Buffer.from(written, encoding);
  return bytes.length === length && bytes.toString(encoding) === written;
}

/** RFC 3339 in UTC. */
export function instant() {
  return v.pipe(text(), v.check((written) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(written) && !Number.isNaN(Date.parse(written)), expects('a time in UTC such as 2026-01-01T00:00:00Z')));
}

export function oneOf<const T extends readonly [string, ...string[]]>(options: T) {
  return v.picklist(options, expects(`one of ${options.join(', ')}`));
}

/** Only the keys that are named; what else is written is refused, never ignored. */
export function record<const T extends v.ObjectEntries>(entries: T) {
  return v.strictObject(entries, (issue) => {
    if (issue.expected === 'never') return 'is not a known key';
    return issue.expected === 'Object' ? 'expected a group of keys' : 'is missing';
  });
}

/** A message for `v`: says that a value is missing, or what it should have been. */
function expects(what: string) {
  return (issue: v.BaseIssue<unknown>): string => (issue.received === 'undefined' ? `is missing (${what})` : `expected ${what}`);
}
