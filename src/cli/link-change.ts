/** `causeway link propose`, `diff`, `approve` and `accept`: versions of an agreement as files that people of both countries sign and carry. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readGateway } from '../config/config.ts';
import { editLinkFile } from '../config/edit-link-file.ts';
import type { LinkFileEdit } from '../config/edit-link-file.ts';
import { historyFile, historyValue, readHistory, readVersion } from '../config/signed-link-file.ts';
import type { LinkHistory } from '../config/signed-link-file.ts';
import { readYaml } from '../config/yaml.ts';
import { CausewayError } from '../errors.ts';
import { leaveForTheTrail } from '../exchange/link-changes.ts';
import { diffAgreements } from '../federation/link-diff.ts';
import type { LinkChange } from '../federation/link-diff.ts';
import { agreementHash, approve, approvedBy, historyProblems, lastOf, merged } from '../federation/link-history.ts';
import type { Approved } from '../federation/link-history.ts';
import { makeLink } from '../federation/link.ts';
import { writeDurably } from '../platform/durable-file.ts';

export interface LinkReview {
  readonly link: string;
  readonly version: number;
  /** RFC 3339. */
  readonly effective: string;
  readonly sha256: string;
  /** The version before; absent for the first. */
  readonly before?: { readonly version: number; readonly sha256: string };
  readonly changes: readonly LinkChange[];
  readonly approvals: readonly Approved[];
  /** As many people of both sides as it takes have approved. */
  readonly complete: boolean;
}

interface Signing {
  readonly config: string;
  readonly reason: string;
  /** The operator's private key. */
  readonly key: string;
}

/** A draft (YAML with `agreement`) as the next version of its link, approved by whoever proposes it; written to `out`. `now`: UTC milliseconds. Throws `config-invalid`. */
export async function proposeLink({ config, draft, out, ...by }: Signing & { readonly draft: string; readonly out: string }, now: number): Promise<LinkReview> {
  const { value, problems } = readYaml(read(draft));
  const written = typeof value === 'object' && value !== null && 'agreement' in value ? value.agreement : undefined;
  if (problems.length > 0 || written === undefined) throw new CausewayError('config-invalid', `${draft}: ${problems[0]?.text ?? 'has no agreement'}`);
  const version = readVersion(written);
  const before = fileOf(config, version.agreement.id);
  const held = before === undefined ? undefined : readHistory(historyFile(before));
  const history = [...(held ?? []), version];
  refuseLate(history, now);
  return sign(history, config, by, out, now);
}

/** Adds the approval of another person to the file. Throws `config-invalid`. */
export async function approveLink({ config, file, ...by }: Signing & { readonly file: string }, now: number): Promise<LinkReview> {
  return sign(historyIn(file), config, by, file, now);
}

/** What the last version of the file changes, and who has approved it. Throws `config-invalid`. */
export function diffLink(file: string): LinkReview {
  return review(historyIn(file));
}

export interface Acceptance {
  readonly config: string;
  /** One, or several of the same version that were approved apart. */
  readonly files: readonly string[];
  /** Of the first version, as the other country reads it over the telephone; for a link that is new here. */
  readonly sha256?: string;
  /** Where the peer's federation listener is; for a link file that is not there yet. */
  readonly url?: string;
}

/** Puts a version that is approved by all who must into the link file; the gateway takes it at its next start. Throws `config-invalid`. */
export async function acceptLink({ config, files, sha256, url }: Acceptance, now: number): Promise<LinkReview & { readonly file: string }> {
  const gateway = readGateway(config);
  const history = files.map(historyIn).reduce(merged);
  const { agreement, written } = lastOf(history);
  const { peerCountry } = makeLink([agreement], gateway.gateway.entity, { url: '', connections: 1, mappingOverlap: 0 });
  const file = fileOf(config, agreement.id) ?? join(config, 'links', `${peerCountry.toLowerCase()}.yaml`);
  const edit = editLinkFile(file, { agreement: written, settings: { url } });
  const agreed = edit.get('settings', 'agreed') ?? sha256;
  if (typeof agreed !== 'string') throw new CausewayError('config-invalid', `--sha256 is needed: the hash of version ${history[0]?.agreement.version}, as the other country reads it to you. Here it is ${agreementHash(history[0]?.agreement ?? agreement)}`);
  if (edit.get('settings', 'url') === undefined) throw new CausewayError('config-invalid', '--url is needed: where the federation listener of the peer is');
  const wrong = [...historyProblems(history, agreed), ...otherHistory(readHistory(historyFile(file)), history)];
  if (wrong.length > 0) throw new CausewayError('config-invalid', wrong.join('\n'));
  refuseLate(history, now);
  place(edit, history, written);
  edit.set(['settings', 'agreed'], agreed);
  // The history first: a file with a version that nobody signed would be refused without a way back.
  await writeDurably(historyFile(file), `${JSON.stringify(historyValue(history), undefined, 2)}\n`);
  await writeDurably(file, edit.text());
  await leaveForTheTrail(gateway.data, history);
  return { ...review(history), file };
}

export function renderReview({ link, version, effective, sha256, before, changes, approvals, complete }: LinkReview): string {
  const lines = changes.map(({ effect, text }) => `  ${effect === 'widens' ? '+' : '-'} ${text}`);
  const people = approvals.map(({ country, needed, keys }) => `  ${country}: ${keys.length} of ${needed}${keys.map((key) => `\n    ${key}`).join('')}`);
  return [
    `link ${link} version ${version}, in force from ${effective}`,
    `  sha256 ${sha256}`,
    before === undefined ? 'the first version: all of it is new' : `against version ${before.version} (+ widens, - narrows)`,
    ...(lines.length === 0 ? ['  nothing'] : lines),
    'approved by',
    ...people,
    complete ? 'all who must have approved' : 'not all who must have approved',
  ].join('\n');
}

async function sign(history: LinkHistory, config: string, { reason, key }: Omit<Signing, 'config'>, out: string, now: number): Promise<LinkReview> {
  const { gateway, data } = readGateway(config);
  const signed = approve(history, { country: gateway.country, reason, keyFile: key }, now);
  await writeDurably(out, `${JSON.stringify(historyValue(signed), undefined, 2)}\n`);
  await leaveForTheTrail(data, signed);
  return review(signed);
}

function review(history: LinkHistory): LinkReview {
  const [before, { agreement }] = [history.at(-2)?.agreement, lastOf(history)];
  const approvals = approvedBy(history);
  return {
    link: agreement.id,
    version: agreement.version,
    effective: agreement.effective,
    sha256: agreementHash(agreement),
    ...(before === undefined ? {} : { before: { version: before.version, sha256: agreementHash(before) } }),
    changes: diffAgreements(before, agreement),
    approvals,
    complete: approvals.every(({ keys, needed }) => keys.length >= needed),
  };
}

/** A version that is in force before both sides have it would refuse what was agreed when it was signed. The first one may be as old as it likes. */
function refuseLate(history: LinkHistory, now: number): void {
  const { agreement } = lastOf(history);
  if (history.length > 1 && Date.parse(agreement.effective) <= now) throw new CausewayError('config-invalid', `version ${agreement.version} would be in force since ${agreement.effective}: it is too late for it, propose a later time`);
}

/** Histories only grow: what was accepted once stays. */
function otherHistory(held: LinkHistory | undefined, history: LinkHistory): string[] {
  const other = held?.find(({ agreement }, index) => history[index] === undefined || agreementHash(history[index].agreement) !== agreementHash(agreement));
  return other === undefined ? [] : [`version ${other.agreement.version} that was accepted here is not in the file: it is older, or of another history`];
}

/** The version before stays in force until the new one is. */
function place(edit: LinkFileEdit, history: LinkHistory, written: unknown): void {
  const before = history.at(-2);
  if (before === undefined) return edit.set(['agreement'], written);
  if (edit.get('next', 'version') === before.agreement.version) edit.set(['agreement'], before.written);
  return edit.set(['next'], written);
}

/** The link file of this gateway that holds a link. */
function fileOf(config: string, id: string): string | undefined {
  const folder = join(config, 'links');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.yaml')) : [];
  return names.map((name) => join(folder, name)).find((file) => editLinkFile(file, {}).get('agreement', 'id') === id);
}

function historyIn(file: string): LinkHistory {
  const history = readHistory(file);
  if (history === undefined) throw new CausewayError('config-invalid', `${file} does not exist: \`causeway link propose\` writes it`);
  return history;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CausewayError('config-invalid', `${file} cannot be read`, { cause });
  }
}
