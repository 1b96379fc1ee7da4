/**
 * The journal: each step of an exchange as ONE commit of the store, holding the trail entries, the state of the exchange and the
 * evidence (trail.md, "Release gates"). Nothing here sends anything; every method returns when its step is on disk.
 */
import { sha256Base64url } from '../crypto/digest.ts';
import { signingInputOf } from '../crypto/jws.ts';
import { CausewayError } from '../errors.ts';
import type { Delivered, ErrorCode } from '../errors.ts';
import { keepEvidence } from '../evidence/keep.ts';
import type { Escrow } from '../evidence/escrow.ts';
import type { EvidenceContents } from '../evidence/keep.ts';
import { newRecordKey } from '../evidence/record.ts';
import type { SealedBytes } from '../federation/peer-client.ts';
import type { Authentic, Promised } from '../federation/statement.ts';
import type { Leg } from '../federation/link.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import type { HttpMessage, HttpReply } from '../platform/http-client.ts';
import type { Attachment, Content, DomesticRequest, DomesticResponse, ManifestContext, Mapped, Opened, SealedFields, Verified } from '../stages.ts';
import { coreOf } from '../trail/entry.ts';
import type { Entry, EventName, Step } from '../trail/entry.ts';
import type { Appended, AwaitedContainer, Commit, CommitResult, EvidenceRow, ExchangeRow, ExchangeUpdate } from '../trail/store.ts';
import { Archive } from './archive.ts';
import type { ArchiveOptions } from './archive.ts';
import type { CrossedMessage } from './containers/awaiting.ts';
import { Commits } from './commits.ts';
import type { Keep } from './commits.ts';
import { keepAttachments } from './evidence-attachments.ts';
import { endWithoutAnswer, inboundMemory, inboundRetention, stepOf } from './ends.ts';
import type { MappingChange } from './mappings/mapping-changes.ts';
import { neededAgain, packQuestion, packRefusal, packReply, packSealed } from './kept.ts';
import { aboutQuestion, aboutStatement, backwards, recorded, theirs } from './recorded.ts';
import type { About, Recorded } from './recorded.ts';
import { RefusalRate } from './refusal-rate.ts';
import { PeerRefused } from './refusals.ts';
import { SubjectIndex } from './subject-index.ts';
import type { DomesticTask, Observe, Peer, Question } from './flow.ts';

/** Seconds after `iat` by which the entry that a response promises is under a cosigned checkpoint. */
const PROMISE_S = 120;
const LOCAL_LOG = 'local';

export interface JournalOptions extends ArchiveOptions {
  /** State of the machine's clock, for entries. */
  clockState(): Entry['t']['clock'];
  /** Encrypts for our auditor, where the leg keeps `escrow`. */
  readonly escrow?: Escrow;
  /** Refusals a minute and log that get entries of their own. */
  readonly refusalsPerMinute: number;
  readonly observe: Observe;
  /** The container that is to prove a message afterwards, where the leg asks for it. */
  awaits?(message: CrossedMessage): AwaitedContainer | undefined;
}

/** `<member>\n<message id>`: what makes two requests from home one (protocol.md, "Exactly what happens once"). */
export function callerKey({ client, context }: DomesticRequest): string {
  return `${[client.instance, client.memberClass, client.memberCode, client.subsystem ?? ''].map(encodeURIComponent).join('/')}\n${context.messageId}`;
}

/** What `asked` resolves with; `sealed` is as it is kept, and sent from now on. */
export type Asked = (Extract<CommitResult, { kind: 'committed' }> & { readonly sealed: SealedFields }) | Extract<CommitResult, { kind: 'conflict' }>;

/** A native answer: its root alone for the evidence, and as it goes on the wire. */
export interface Rendered {
  readonly root: Uint8Array;
  readonly reply: HttpReply<Content>;
}

export class Journal extends Archive {
  readonly #options: JournalOptions;
  readonly #refusals: RefusalRate;
  readonly #commits: Commits;
  readonly #subjects: SubjectIndex;

  constructor(options: JournalOptions) {
    super(options);
    this.#options = options;
    this.#commits = new Commits(options.store, options.spool);
    this.#subjects = new SubjectIndex(options.store, options.keks);
    this.#refusals = new RefusalRate(options.refusalsPerMinute);
  }

  newRecordKey(): Uint8Array {
    return newRecordKey();
  }

  digestOf({ bytes, message: { attachments = [] } }: Verified<DomesticRequest>): string {
    if (attachments.length === 0) return sha256Base64url(bytes);
    return sha256Base64url(canonicalJson([sha256Base64url(bytes), ...attachments.map(({ headers, sha256 }) => [Buffer.from(headers).toString('base64'), sha256])]));
  }

  /** Gate 1: the sealed bytes and our entry, before the request leaves. */
  async asked(question: Question, mapped: Mapped<'neutral'>, context: ManifestContext, now: number): Promise<Asked> {
    const { xid, sealed: { payload, ...fields }, verified, use, recordKey, arrival } = question;
    const { agreement, out } = use.version;
    let sealed = question.sealed;
    const result = await this.#commits.run(async (keep) => {
      sealed = { ...fields, payload: await keep(payload, 'request') };
      const evidence = await this.#evidence(xid, agreement.id, 'request', recordKey, out, { ...ourStatement(sealed), domestic: verified.original, minimised: mapped.fields.minimised !== undefined, neutral: mapped.fields.document, context }, verified.message.attachments, keep, now);
      const row: ExchangeRow = {
        direction: 'outbound',
        xid,
        link: agreement.id,
        state: 'sent',
        identity: sealed.identity,
        caller: callerKey(verified.message),
        digest: this.digestOf(verified),
        request: packQuestion(sealed, { arrival, provenAt: verified.proof.verifiedAt }, this.encrypt(xid, 'question', recordKey)),
        answerUntil: now + out.answerRetention,
        keepUntil: now + Math.max(agreement.duplicateTime, agreement.retryTime),
        createdAt: now,
      };
      const entry = this.#entry(aboutQuestion(question), 'request', 'SubmissionAcceptance', recorded(sealed), now, { evidence: evidence.id });
      const awaited = this.#awaited({ xid, link: agreement.id, leg: out, step: 'request', identity: sealed.identity, messageId: verified.message.context.messageId, verified, minimised: mapped.fields.minimised !== undefined, now });
      return { entries: [{ log: agreement.id, entry }], exchange: { kind: 'insert', row }, evidence: { ...evidence, wrappedKey: this.#options.keks.wrapRecordKey(xid, recordKey) }, ...awaited };
    });
    return result.kind === 'conflict' ? result : { ...result, sealed };
  }

  /** Gate 4: our entry for the answer and the native reply, before the caller gets it. A reply that cannot be rendered is recorded as such. */
  async answered(question: Question, statement: Authentic<'causeway-response+jwt'>, opened: Opened, render: () => Promise<Rendered>, fault: (error: CausewayError) => HttpReply, now: number): Promise<HttpReply<Content>> {
    const { xid, use, recordKey, offer } = question;
    let event: EventName = 'ContentConsignment';
    const rendered = await render().catch((thrown: unknown): Rendered => {
      if (!(thrown instanceof CausewayError)) throw thrown;
      event = 'ContentConsignmentFailure';
      const reply = fault(thrown);
      return { root: reply.body, reply };
    });
    const { agreement, out } = use.version;
    let reply = rendered.reply;
    const index = await this.#close(agreement.id, async (keep) => {
      reply = { ...reply, body: await keep(reply.body, 'outcome') };
      const evidence = await this.#evidence(xid, use.version.agreement.id, 'response', recordKey, out, { statement: statement.compact, salt: opened.fields.salt, domestic: rendered.root, neutral: opened.fields.document, context: opened.fields.context }, opened.fields.attachments, keep, now);
      const entry = this.#entry(backwards(aboutQuestion(question)), 'response', event, theirs(statement, offer.peer), now, { evidence: evidence.id, promise: statement.claims.promise });
      return { change: { direction: 'outbound', xid, from: 'sent', to: 'answered', outcome: packReply(reply, this.encrypt(xid, 'reply', recordKey)), answerUntil: now + out.answerRetention }, entry, evidence };
    });
    this.#options.observe('outbound.response-recorded', { xid, index, event });
    return reply;
  }

  /** Ends a question without an answer: refused by the peer (signed), by us, never delivered, or unknown. */
  async closed(question: Question, error: CausewayError, reply: HttpReply, now: number): Promise<HttpReply> {
    const { xid, use, recordKey, offer } = question;
    const { agreement, out } = use.version;
    const signed = error instanceof PeerRefused ? theirs(error.statement, offer.peer) : undefined;
    const about = signed === undefined ? aboutQuestion(question) : backwards(aboutQuestion(question));
    const { step, event, state } = endWithoutAnswer(error);
    const entry = this.#entry(about, step, event, signed, now, { code: error.code });
    await this.#close(agreement.id, () => ({ change: { direction: 'outbound', xid, from: 'sent', to: state, outcome: packReply(reply, this.encrypt(xid, 'reply', recordKey)), answerUntil: now + out.answerRetention }, entry }));
    this.#options.observe('outbound.refused', { xid, code: error.code }, error);
    return reply;
  }

  /** Ends an open exchange that can neither be asked nor answered for any more: its outcome is unknown. */
  async abandoned({ direction, xid, link, state }: ExchangeRow, now: number): Promise<void> {
    const entry: Entry = { v: 1, xid, step: 'outcome-unknown', event: 'RelayFailure', code: 'outcome-unknown', t: this.#time(now) };
    await this.#close(link, () => ({ change: { direction, xid, from: state, to: 'unknown', answerUntil: now }, entry }));
  }

  /** A refusal of our own caller before anything crossed: local log only. */
  async refusedAtHome(xid: string, error: CausewayError, now: number): Promise<void> {
    if (!this.#refusals.take(LOCAL_LOG, now)) return;
    const entry: Entry = { v: 1, xid, step: 'refusal', event: 'SubmissionRejection', code: error.code, t: this.#time(now) };
    await this.#options.store.commit({ entries: [{ log: LOCAL_LOG, entry }] });
  }

  /** Gate 2: our entry for the request and the state `handing-over`, before the first byte goes to the service. */
  async accepted(task: DomesticTask, payload: Content, now: number): Promise<{ kind: 'accepted'; promise: Promised } | { kind: 'conflict' }> {
    const { statement, use, opened, recordKey, request, peer } = task;
    const { jti, iat } = statement.claims;
    const { agreement } = use.version;
    const result = await this.#commits.run(async (keep) => {
      const kept = await keep(neededAgain(payload, use.grant), 'request');
      const evidence = { ...(await this.#evidence(jti, agreement.id, 'request', recordKey, use.version.in, { statement: statement.compact, salt: opened.fields.salt, domestic: asSent(request), neutral: opened.fields.document, context: opened.fields.context }, opened.fields.attachments, keep, now)), subjects: await this.#subjects.ofTask(task, 'request', opened.fields.document, now) };
      const entry = this.#entry(aboutStatement(statement, peer), 'request', 'RelayAcceptance', theirs(statement, peer), now, { evidence: evidence.id });
      const row = this.#inboundRow(statement, peer, 'handing-over', now, packSealed({ statement: statement.compact, payload: kept }, this.encrypt(jti, 'question', recordKey)));
      return { entries: [{ log: agreement.id, entry }], exchange: { kind: 'insert', row }, evidence: { ...evidence, wrappedKey: this.#options.keks.wrapRecordKey(jti, recordKey) } };
    });
    if (result.kind === 'conflict') return { kind: 'conflict' };
    return { kind: 'accepted', promise: this.promiseOf(first(result.appended), iat) };
  }

  /** What a response promises: our entry for its request will be under a cosigned checkpoint. */
  promiseOf({ origin, index, leaf }: Appended, iat: number): Promised {
    return { origin, index, leaf, by: iat + PROMISE_S };
  }

  /** Gate 3: our entry for the answer and the sealed answer, before it leaves. */
  async completed(task: DomesticTask, sealed: SealedFields, verified: Verified<DomesticResponse>, mapped: Mapped<'neutral'>, context: ManifestContext, now: number): Promise<{ readonly index: number; readonly kept: SealedBytes }> {
    const { statement, use, recordKey, peer } = task;
    const { jti } = statement.claims;
    const { agreement } = use.version;
    let kept: SealedBytes = sealed;
    const index = await this.#close(agreement.id, async (keep) => {
      kept = { statement: sealed.statement, payload: await keep(sealed.payload, 'outcome') };
      const evidence = { ...(await this.#evidence(jti, agreement.id, 'response', recordKey, use.version.in, { ...ourStatement(sealed), domestic: verified.original, minimised: mapped.fields.minimised !== undefined, neutral: mapped.fields.document, context }, verified.message.attachments, keep, now)), subjects: await this.#subjects.ofTask(task, 'response', mapped.fields.document, now) };
      const entry = this.#entry(backwards(aboutStatement(statement, peer)), 'response', 'ContentHandover', recorded(sealed), now, { evidence: evidence.id });
      return { change: { direction: 'inbound', xid: jti, from: 'handing-over', to: 'answered', outcome: packSealed(kept, this.encrypt(jti, 'reply', recordKey)), answerUntil: now + inboundRetention(peer.link) }, entry, evidence, ...this.#awaited({ xid: jti, link: agreement.id, leg: use.version.in, step: 'response', identity: statement.identity, messageId: verified.message.messageId, verified, minimised: mapped.fields.minimised !== undefined, now }) };
    });
    return { index, kept };
  }

  /** Ends an accepted request with our signed refusal, or tells of one whose outcome is no longer kept; copies get the same refusal. */
  async closedInbound({ statement, peer }: Pick<DomesticTask, 'statement' | 'peer'>, from: ExchangeRow['state'], sealed: SealedFields, code: ErrorCode, delivered: Delivered, now: number): Promise<void> {
    const event = delivered === 'no' ? 'RelayFailure' : 'ContentHandoverFailure';
    const step = stepOf(code);
    const entry = this.#entry(backwards(aboutStatement(statement, peer)), step, event, recorded(sealed), now, { code });
    const ended = step === 'refusal' ? 'refused' : 'unknown';
    await this.#close(peer.link.id, () => ({ change: { direction: 'inbound', xid: statement.claims.jti, from, to: from === 'handing-over' ? ended : from, outcome: packRefusal(sealed), answerUntil: now + inboundRetention(peer.link) }, entry }));
  }

  /**
   * A request refused before hand-over makes two entries in one transaction. Where the id is taken (a replay under another statement)
   * the stored exchange stays as it is and only the entries are added.
   */
  async refusedInbound(statement: Authentic<'causeway-request+jwt'>, peer: Peer, sealed: SealedFields, code: ErrorCode, now: number): Promise<void> {
    const about = aboutStatement(statement, peer);
    const log = peer.link.id;
    // Nothing is promised that is not recorded: the peer gets an unsigned answer, and may send the same bytes again.
    if (!this.#refusals.take(log, now)) throw new CausewayError('overloaded', `more than ${this.#options.refusalsPerMinute} refusals a minute on link "${log}"`);
    const entries = [
      { log, entry: this.#entry(about, 'request', 'RelayRejection', theirs(statement, peer), now, { code }) },
      { log, entry: this.#entry(backwards(about), stepOf(code), 'RelayRejection', recorded(sealed), now, { code }) },
    ];
    const row = { ...this.#inboundRow(statement, peer, 'refused', now), outcome: packRefusal(sealed) };
    const result = await this.#options.store.commit({ entries, exchange: { kind: 'insert', row } });
    if (result.kind === 'conflict') await this.#options.store.commit({ entries });
  }

  /** Entries for the refusals that were only counted; asked for once a minute. */
  async countRefusals(now: number): Promise<void> {
    const entries = this.#refusals.due(now).map(({ log, count }) => ({ log, entry: { v: 1, step: 'refusal', code: 'quota-exceeded', count, t: this.#time(now) } satisfies Entry }));
    if (entries.length > 0) await this.#options.store.commit({ entries });
  }

  /** What translates from now on: in the log of each link whose grants name a service of it, else in the local one. `logsOf`: links that name a service. */
  async mappingsChanged(changes: readonly MappingChange[], logsOf: (service: string) => readonly string[], now: number): Promise<void> {
    const entries = changes.flatMap(({ mapping, services }) => {
      const logs = new Set(services.flatMap(logsOf));
      return [...(logs.size === 0 ? [LOCAL_LOG] : logs)].map((log) => ({ log, entry: { v: 1, step: 'mapping-change', mapping, t: this.#time(now) } satisfies Entry }));
    });
    if (entries.length > 0) await this.#options.store.commit({ entries });
  }

  /** Index of the entry that ends an exchange. */
  async #close(log: string, make: (keep: Keep) => Closing | Promise<Closing>): Promise<number> {
    const result = await this.#commits.run(async (keep) => {
      const { change, entry, ...kept } = await make(keep);
      return { entries: [{ log, entry }], exchange: { kind: 'update', ...change }, ...kept };
    });
    return first(result.kind === 'committed' ? result.appended : []).index;
  }

  async #evidence(xid: string, link: string, step: 'request' | 'response', recordKey: Uint8Array, leg: Leg, contents: EvidenceContents, attachments: readonly Attachment[] | undefined, keep: Keep, now: number): Promise<EvidenceRow> {
    const kept = await keepAttachments(attachments ?? [], leg, contents.minimised === true, keep, this.#options.spool);
    return keepEvidence({ xid, link, step, recordKey, kind: leg.evidence, contents: { ...contents, attachments: kept }, now, ...(this.#options.escrow === undefined ? {} : { escrow: this.#options.escrow }) });
  }

  #awaited(message: CrossedMessage): Pick<Commit, 'awaited'> {
    const row = this.#options.awaits?.(message);
    return row === undefined ? {} : { awaited: { kind: 'put', row } };
  }

  #entry(about: About, step: Step, event: EventName, statement: Recorded | undefined, now: number, more: Pick<Entry, 'evidence' | 'promise'> & { readonly code?: ErrorCode }): Entry {
    const record = statement === undefined ? {} : { kid: statement.kid, window: Math.floor(statement.iat / 60), core: coreOf(signingInputOf(statement.compact)), ...(statement.chain === undefined ? {} : { chain: statement.chain }) };
    return { v: 1, ...about, step, event, t: this.#time(now), ...record, ...more };
  }

  #time(now: number): Entry['t'] {
    return { ms: now, clock: this.#options.clockState() };
  }

  #inboundRow(statement: Authentic<'causeway-request+jwt'>, { link }: Peer, state: ExchangeRow['state'], now: number, request?: Uint8Array): ExchangeRow {
    const kept = request === undefined ? {} : { request };
    return { direction: 'inbound', xid: statement.claims.jti, link: link.id, state, identity: statement.identity, ...kept, answerUntil: now + inboundRetention(link), keepUntil: now + inboundMemory(link), createdAt: now };
  }
}

interface Closing extends Pick<Commit, 'evidence' | 'awaited'> {
  readonly change: Omit<ExchangeUpdate, 'kind'>;
  readonly entry: Entry;
}

/** A request without a body says all that it says in its first line and its headers. */
function asSent({ method, target, headers, body }: HttpMessage): Uint8Array {
  if (body.length > 0) return body;
  return Buffer.from([`${method} ${target}`, ...Object.entries(headers).map(([name, value]) => `${name}:${value}`), '', ''].join('\r\n'));
}

function ourStatement({ statement, salt }: SealedFields): Pick<EvidenceContents, 'statement' | 'salt'> {
  return salt === undefined ? { statement } : { statement, salt };
}

function first(appended: readonly Appended[]): Appended {
  const [entry] = appended;
  if (entry === undefined) throw new CausewayError('internal', 'a commit appended no entry');
  return entry;
}
