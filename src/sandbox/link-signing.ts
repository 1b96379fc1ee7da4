/** The people of both sandbox countries, who approve the link as people would: two a country, each with a key outside of the gateways' folders. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { historyFile, historyValue, readVersion } from '../config/signed-link-file.ts';
import type { LinkHistory } from '../config/signed-link-file.ts';
import { makeOperatorKey } from '../crypto/operator-key.ts';
import { agreementHash, approve } from '../federation/link-history.ts';
import type { CountryCode } from './plan.ts';

/** Key files of a country's people in the data folder. */
export function operatorKeys(data: string, country: CountryCode): readonly [string, string] {
  const file = (name: string): string => join(data, `operators-${country.toLowerCase()}`, `${name}.key.pem`);
  return [file('first'), file('second')];
}

/** Their public keys; made where they are not there. */
export function approversOf(data: string, country: CountryCode): readonly string[] {
  return operatorKeys(data, country).map(makeOperatorKey);
}

/** Signs the versions in a link file as they stand there, for both countries, and names the first one as agreed. */
export function signLinkFile(file: string, data: string, countries: readonly CountryCode[], now: number): void {
  const document = parseDocument(readFileSync(file, 'utf8'));
  const { agreement, next } = document.toJS() as { readonly agreement: unknown; readonly next?: unknown };
  const written = next === undefined ? [agreement] : [agreement, next];
  const history = written.reduce<LinkHistory>((before, version) => approvedByAll([...before, readVersion(version)], data, countries, now), []);
  const [first] = history;
  if (first !== undefined) document.setIn(['settings', 'agreed'], agreementHash(first.agreement));
  writeFileSync(historyFile(file), JSON.stringify(historyValue(history)));
  writeFileSync(file, document.toString());
}

function approvedByAll(history: LinkHistory, data: string, countries: readonly CountryCode[], now: number): LinkHistory {
  const people = countries.flatMap((country) => operatorKeys(data, country).map((keyFile) => ({ country, keyFile, reason: 'sandbox' })));
  return people.reduce((approved, person) => approve(approved, person, now), history);
}
