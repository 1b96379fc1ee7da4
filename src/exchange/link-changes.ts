/** Each approval of a version of a link, and each version that is taken, as an entry of the link's log: what operators left in `<data>/link-changes`, and what stands in the link file. */
import { join } from 'node:path';
import type { GatewayConfig, LinkFile } from '../config/config.ts';
import { historyValue, parseHistory } from '../config/signed-link-file.ts';
import type { LinkHistory } from '../config/signed-link-file.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import { agreementHash, approvedBy, lastOf, signatureProblems } from '../federation/link-history.ts';
import type { Agreement } from '../federation/link.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { RequestFolder } from '../platform/request-folder.ts';
import type { Entry } from '../trail/entry.ts';
import type { Store } from '../trail/store.ts';

/** A history under the id `<link>.<version>` of its last version, and which steps of it are in the log. */
export interface LinkChangeFolders {
  readonly proposed: RequestFolder<object>;
  readonly recorded: RequestFolder<readonly string[]>;
}

export function linkChangeFolders(data: string): LinkChangeFolders {
  const within = (name: string): string => join(data, 'link-changes', name);
  return { proposed: new RequestFolder(within('proposed'), (value) => historyValue(parseHistory(value))), recorded: new RequestFolder(within('recorded'), names) };
}

function names(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.some((name) => typeof name !== 'string')) throw new CausewayError('config-invalid', 'not a list of what was recorded of a link');
  return value as readonly string[];
}

/** Leaves a history where the gateway records it; its newest approvals replace what was left before. */
export async function leaveForTheTrail(data: string, history: LinkHistory): Promise<void> {
  const { agreement } = lastOf(history);
  await linkChangeFolders(data).proposed.write(`${agreement.id}.${agreement.version}`, historyValue(history));
}

export interface LinkChangesOptions {
  readonly folders: LinkChangeFolders;
  readonly files: readonly LinkFile[];
  readonly store: Store;
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  /** Whether the link's log may grow now (keeper.ts). */
  mayAppend(link: string): boolean;
  readonly log: Logger;
}

export class LinkChanges {
  readonly #options: LinkChangesOptions;
  /** What stood in the link files at the start, and is recorded: to check its signatures every second would be for nothing. */
  readonly #settled = new Set<LinkHistory>();
  #looking: Promise<void> = Promise.resolve();

  constructor(options: LinkChangesOptions) {
    this.#options = options;
  }

  /** To be called every second. Never throws: what cannot be recorded now is tried again. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look()).catch((thrown: unknown) => this.#options.log.warn({ err: asCausewayError(thrown) }, 'a change of a link cannot be recorded yet; it is tried again'));
    return this.#looking;
  }

  close(): Promise<void> {
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { folders, files } = this.#options;
    for (const { history, agreements } of files) {
      if (history !== undefined && !this.#settled.has(history) && (await this.#record(history, agreements))) this.#settled.add(history);
    }
    for (const id of await folders.proposed.ids()) {
      const history = parseHistory(await folders.proposed.read(id));
      if (files.some(({ agreements }) => agreements[0].id === lastOf(history).agreement.id)) await this.#record(history, []);
    }
  }

  /** Of each version the approvals, and of those that are `taken` that they are; false while the log may not grow. A crash between an entry and the note of it makes the entry once more. */
  async #record(history: LinkHistory, taken: readonly Agreement[]): Promise<boolean> {
    const { folders, store, mayAppend } = this.#options;
    const link = lastOf(history).agreement.id;
    if (!mayAppend(link)) return false;
    const before = new Set(await folders.recorded.find(link));
    const steps = history.flatMap((version, index) => this.#stepsOf(history.slice(0, index + 1), taken.some((one) => agreementHash(one) === agreementHash(version.agreement)))).filter(({ name }) => !before.has(name));
    if (steps.length === 0) return true;
    await store.commit({ entries: steps.map(({ entry }) => ({ log: link, entry })) });
    await folders.recorded.write(link, [...before, ...steps.map(({ name }) => name)]);
    return true;
  }

  #stepsOf(history: LinkHistory, taken: boolean): { readonly name: string; readonly entry: Entry }[] {
    const { agreement, approvals } = lastOf(history);
    const digest = agreementHash(agreement);
    const common = { v: 1, step: 'link-change', link: { id: agreement.id, version: this.#known(agreement.id) }, digest, t: { ms: this.#options.clock.now(), clock: this.#options.clockState() } } as const;
    const given = approvedBy(history).flatMap(({ country, keys }) => keys.map((key) => ({ name: `${digest} ${key}`, entry: { ...common, from: country, kid: Buffer.from(key, 'base64').toString('base64url'), approval: approvals.find((one) => one.key === key)?.reason ?? '' } })));
    return [...given, ...(taken ? [{ name: `${digest} taken`, entry: common }] : [])];
  }

  /** A version that the peer's witness knows too: that of before a change. */
  #known(link: string): number {
    return this.#options.files.find(({ agreements }) => agreements[0].id === link)?.agreements[0].version ?? 1;
  }
}

/** No agreement that its two countries have not signed. Throws `config-invalid`; warnings for links that say that they do without. */
export function requireSigned({ links }: GatewayConfig, log: Logger): string[] {
  return links.flatMap((link) => {
    const problems = signatureProblems(link);
    if (problems.length === 0) return [];
    if (link.settings.unsafeAgreementWithoutSignatures !== true) throw new CausewayError('config-invalid', problems.map((problem) => `${link.file}: ${problem}`).join('\n'));
    log.warn({ link: link.agreements[0].id }, 'the agreement of a link is not signed, and taken all the same');
    return [`link ${link.agreements[0].id} is not signed (unsafeAgreementWithoutSignatures)`];
  });
}
