/**
 * The signed history of a link. Each version is approved by people of both countries, under the keys that the version before names, so that no gateway's key and no
 * file can change an agreement: from a version that both countries know by its hash, every later one follows by signatures (as root metadata of TUF does).
 */
import type { Approval, LinkHistory, SignedVersion } from '../config/signed-link-file.ts';
import { isSigned, signOrder } from '../crypto/operator-key.ts';
import { sha256Base64url } from '../crypto/digest.ts';
import { CausewayError } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { peopleNeeded } from './link-diff.ts';
import type { Agreement } from './link.ts';

export function agreementHash(agreement: Agreement): string {
  return sha256Base64url(canonicalJson(agreement));
}

/** How far the approval of one version has come in one country. */
export interface Approved {
  readonly country: string;
  readonly needed: number;
  /** Keys of those who approved, each once. */
  readonly keys: readonly string[];
}

/** Of the last version of a history. Signatures that do not verify, and of keys of nobody, count for nothing. */
export function approvedBy(history: LinkHistory): readonly [Approved, Approved] {
  const [before, last] = [history.at(-2), lastOf(history)];
  return approvals(before, last);
}

/** Adds the approval of the person who holds `keyFile`. Throws `config-invalid` for somebody who may not, or has done so already, and for a version that cannot follow. */
export function approve(history: LinkHistory, by: { readonly country: string; readonly reason: string; readonly keyFile: string }, now: number): LinkHistory {
  const [before, last] = [history.at(-2), lastOf(history)];
  const wrong = before === undefined ? [] : succession(before.agreement, last.agreement);
  if (wrong.length > 0) throw new CausewayError('config-invalid', `nobody may take it: ${wrong.join('; ')}`);
  const approval = { country: by.country, at: now, reason: by.reason };
  const signed = { ...approval, ...signOrder(orderOf(before, last, approval), by.keyFile) };
  if (!approversOf(before ?? last, by.country).includes(signed.key)) throw new CausewayError('config-invalid', `${by.keyFile} is the key of nobody who approves for ${by.country}: the agreement names them (parties, approvers); this one is ${signed.key}`);
  if (approvals(before, last).some(({ keys }) => keys.includes(signed.key))) throw new CausewayError('config-invalid', 'this person has approved already: another one must');
  return [...history.slice(0, -1), { ...last, approvals: [...last.approvals, signed] }];
}

/** Approvals of the same history that were given apart. Throws `config-invalid` for histories that are not the same. */
export function merged(one: LinkHistory, other: LinkHistory): LinkHistory {
  if (one.length !== other.length || one.some(({ agreement }, index) => agreementHash(agreement) !== agreementHash(other[index]?.agreement ?? lastOf(other).agreement))) throw new CausewayError('config-invalid', 'the files are of different agreements');
  return one.map((version, index) => ({ ...version, approvals: [...new Map([...version.approvals, ...(other[index]?.approvals ?? [])].map((approval) => [approval.signature, approval])).values()] }));
}

/** Why the history does not hold from the version with the hash `agreed`; none: it does. */
export function historyProblems(history: LinkHistory, agreed: string | undefined): string[] {
  const [first] = history;
  if (first === undefined || agreementHash(first.agreement) !== agreed) return [`settings.agreed is ${agreed ?? 'missing'}, the history begins with ${first === undefined ? 'nothing' : agreementHash(first.agreement)}`];
  return history.flatMap((version, index) => {
    const before = history[index - 1];
    const name = `version ${version.agreement.version}`;
    return [...(before === undefined ? [] : succession(before.agreement, version.agreement)), ...approvals(before, version).flatMap(({ country, needed, keys }) => (keys.length >= needed ? [] : [`${name} is approved by ${keys.length} of ${country}, ${needed} must`]))];
  });
}

/** What stands against taking the agreements of a link file: each must be signed, and none that is signed may be missing. */
export function signatureProblems({ agreements, settings: { agreed }, history }: { readonly agreements: readonly Agreement[]; readonly settings: { readonly agreed?: string }; readonly history?: LinkHistory }): string[] {
  if (history === undefined) return ['the agreement is not signed: `causeway link propose`, `approve` and `accept` (docs/runbooks/change-a-link.md)'];
  const signed = history.map(({ agreement }) => agreementHash(agreement));
  const unsigned = agreements.filter((agreement) => !signed.includes(agreementHash(agreement))).map(({ version }) => `version ${version}, as it stands in the file, is not the one that was signed`);
  const { agreement: last } = lastOf(history);
  const missing = agreements.some((agreement) => agreementHash(agreement) === agreementHash(last)) ? [] : [`version ${last.version} is signed and does not stand in the file: \`causeway link accept\` puts it there`];
  return [...historyProblems(history, agreed), ...unsigned, ...missing];
}

function approvals(before: SignedVersion | undefined, version: SignedVersion): [Approved, Approved] {
  const needed = peopleNeeded(before?.agreement, version.agreement);
  const of = (country: string): Approved => {
    const allowed = approversOf(before ?? version, country);
    const valid = version.approvals.filter((approval) => approval.country === country && allowed.includes(approval.key) && isSigned(orderOf(before, version, approval), approval));
    return { country, needed, keys: [...new Set(valid.map(({ key }) => key))] };
  };
  const [a, b] = (before ?? version).agreement.parties;
  return [of(a.country), of(b.country)];
}

/** The same link between the same parties, later: nothing else may follow a version. */
function succession(before: Agreement, after: Agreement): string[] {
  const partiesOf = ({ parties }: Agreement): string => canonicalJson(parties.map(({ country, entity }) => `${country} ${entity}`).sort());
  const wrong = [
    [after.id !== before.id, 'is of another link'],
    [after.version <= before.version, `does not follow version ${before.version}`],
    [Date.parse(after.effective) <= Date.parse(before.effective), `is in force before version ${before.version}`],
    [after.environment !== before.environment, `is of another environment than version ${before.version}`],
    [partiesOf(after) !== partiesOf(before), 'is between other parties'],
  ] as const;
  return wrong.flatMap(([isWrong, text]) => (isWrong ? [`version ${after.version} ${text}`] : []));
}

/** What a person signs. */
function orderOf(before: SignedVersion | undefined, { agreement }: SignedVersion, { country, at, reason }: Pick<Approval, 'country' | 'at' | 'reason'>): object {
  return { v: 1, action: 'link-approve', link: agreement.id, version: agreement.version, sha256: agreementHash(agreement), before: before === undefined ? null : agreementHash(before.agreement), country, at, reason };
}

function approversOf({ agreement: { parties } }: SignedVersion, country: string): readonly string[] {
  return parties.find((party) => party.country === country)?.approvers ?? [];
}

export function lastOf(history: LinkHistory): SignedVersion {
  const last = history.at(-1);
  if (last === undefined) throw new CausewayError('config-invalid', 'a signed history without a version');
  return last;
}
