/**
 * Whether signing certificates at home are still good: answers of OCSP responders and revocation lists, fetched ahead from configured addresses for the signers that
 * are known, and for a new one when its first message has been verified. An address in a certificate or a message is never asked.
 */
import { X509Certificate } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CertificatePath } from '../crypto/certificate-path.ts';
import type { Certificate } from '../crypto/certificates.ts';
import { readCrl } from '../crypto/crl.ts';
import type { RevocationList } from '../crypto/crl.ts';
import { ocspRequest, readOcspStatus } from '../crypto/ocsp.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Downloaded } from '../platform/download.ts';

/** Where an authority of signing certificates says what it has revoked. DER certificates. */
export interface RevocationSource {
  readonly authority: Uint8Array;
  readonly ocsp?: { readonly url: string; readonly responders: readonly Uint8Array[] };
  readonly crl?: { readonly url: string };
}

export interface RevocationOptions {
  readonly sources: readonly RevocationSource[];
  /** `required`: without an answer the signer is refused. `soft`: only a signer that is known to be revoked is. */
  readonly policy: 'required' | 'soft';
  /** Milliseconds that an answer may be old; asked again at half of it. */
  readonly maxAge: number;
  readonly clock: Clock;
  get(url: string): Promise<Downloaded>;
  post(url: string, type: string, body: Uint8Array): Promise<Downloaded>;
  /** Whether the sources answer; `since`: UTC milliseconds of the last answer. */
  report(loss: { readonly why: string; readonly since?: number } | undefined): void;
}

interface Answer {
  readonly status: 'good' | 'revoked' | 'unknown';
  /** UTC milliseconds: when the authority said it. */
  readonly at: number;
}

interface Source extends RevocationSource {
  readonly x509: X509Certificate;
}

interface Known {
  /** DER. */
  readonly certificate: Uint8Array;
  /** Of who issued it. */
  readonly source: Source;
  answer?: Answer;
  /** When the last attempt failed. */
  failed?: number;
  asking?: Promise<void>;
}

const SIGNERS = 10_000;
/** Milliseconds after a failure in which its source is not asked again for the same certificate. */
const NEGATIVE_MS = 10_000;
/** Milliseconds by which an authority's clock may be ahead of ours. */
const AHEAD_MS = 60_000;
/** Of those whose answer grows old, asked in one look. */
const AT_ONCE = 8;

export class Revocation {
  readonly #options: RevocationOptions;
  readonly #signers = new LRUCache<string, Known>({ max: SIGNERS });
  readonly #sources: readonly Source[];
  readonly #lists = new Map<Source, { readonly list: RevocationList; readonly fetched: number }>();
  /** Sources whose last attempt failed, and why. */
  readonly #failing = new Map<Source, string>();
  #last: number | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: RevocationOptions) {
    this.#options = options;
    this.#sources = options.sources.map((source) => ({ ...source, x509: new X509Certificate(source.authority) }));
  }

  /**
   * Requires that the signing certificate, whose path was verified, is not revoked now. Throws `signature-untrusted` (revoked, or unknown to its authority), and under
   * `required` `dependency-lost` where no answer is to be had: an answer that is older than it may be stands only while the sources are gone, for as long as the link goes on.
   * `stapled`: an OCSP answer (DER) that the signer sent along spares asking if it is as good as one that is fetched; one that is not counts for nothing.
   * Authorities on the path, below its end, are asked about as well where a source is named for who issued them.
   */
  async check({ certificate, authorities, issuer }: CertificatePath, stapled?: Uint8Array): Promise<void> {
    const source = this.#sourceOf(authorities[0]);
    if (source === undefined && this.#options.policy === 'required') throw new CausewayError('dependency-lost', `no source of revocation is named for ${issuer} (gateway.yaml, revocation.sources)`);
    if (source !== undefined) await this.#checkOne(certificate, source, stapled);
    for (const [index, authority] of authorities.entries()) {
      const itsSource = this.#sourceOf(authorities[index + 1]);
      if (itsSource !== undefined) await this.#checkOne(authority, itsSource);
    }
  }

  async #checkOne(certificate: Certificate, source: Source, stapled?: Uint8Array): Promise<void> {
    const known = this.#of(certificate, source);
    if (stapled !== undefined && this.#isOld(known)) this.#take(known, stapled);
    if (this.#isOld(known)) await this.#ask(known);
    const { answer } = known;
    if (answer !== undefined && answer.status !== 'good') throw revoked(answer.status);
    if (answer === undefined && this.#options.policy === 'required') throw new CausewayError('dependency-lost', 'nobody says whether the signing certificate is still good');
  }

  /** To be called often: lists, and signers whose answer is past half its time, are asked about again. Overlapping calls join. Never throws. */
  look(): Promise<void> {
    this.#looking ??= this.#refresh().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async close(): Promise<void> {
    await this.#looking;
  }

  async #refresh(): Promise<void> {
    const { clock, maxAge } = this.#options;
    const now = clock.now();
    for (const source of this.#sources) if (source.crl !== undefined && (this.#lists.get(source)?.fetched ?? 0) < now - maxAge / 2) await this.#attempt(source, () => this.#fetchList(source));
    const old = [...this.#signers.values()].filter(({ answer, failed = -Infinity, source }) => (answer?.at ?? 0) < now - maxAge / 2 && now - failed >= NEGATIVE_MS && source.ocsp !== undefined).slice(0, AT_ONCE);
    await Promise.all(old.map((known) => this.#ask(known)));
  }

  #of({ x509 }: Certificate, source: Source): Known {
    const id = x509.fingerprint256;
    const known = this.#signers.get(id) ?? { certificate: x509.raw, source };
    this.#signers.set(id, known);
    return known;
  }

  /** Also where a list was fetched since: it may name the signer. */
  #isOld({ answer, source }: Known): boolean {
    const { clock, maxAge } = this.#options;
    return answer === undefined || answer.at < clock.now() - maxAge || answer.at < (this.#lists.get(source)?.fetched ?? 0);
  }

  /** Whoever comes while it is asked waits for the same answer. */
  #ask(known: Known): Promise<void> {
    known.asking ??= this.#askOnce(known).finally(() => delete known.asking);
    return known.asking;
  }

  async #askOnce(known: Known): Promise<void> {
    const { clock } = this.#options;
    if (known.failed !== undefined && clock.now() - known.failed < NEGATIVE_MS) return;
    const answered = await this.#attempt(known.source, async () => keepNewer(known, await this.#answer(known)));
    if (answered) delete known.failed;
    else known.failed = clock.now();
  }

  #answer(known: Known): Promise<Answer> {
    const { ocsp } = known.source;
    return ocsp === undefined ? this.#listed(known) : this.#asked(known, ocsp.url);
  }

  async #asked(known: Known, url: string): Promise<Answer> {
    const { status, body } = await this.#options.post(url, 'application/ocsp-request', ocspRequest(known.certificate, known.source.authority));
    if (status !== 200) throw new CausewayError('service-unreachable', `the OCSP responder answered ${status}`);
    return this.#said(body, known);
  }

  #said(response: Uint8Array, { certificate, source: { authority, ocsp } }: Known): Answer {
    const now = this.#options.clock.now();
    const { status, thisUpdate, nextUpdate } = readOcspStatus(response, { certificate, issuer: authority, responders: ocsp?.responders ?? [], at: now });
    inTime(thisUpdate, nextUpdate ?? Number.POSITIVE_INFINITY, now, this.#options.maxAge);
    return { status, at: thisUpdate };
  }

  /** Only where the responder is one that would be asked: what an authority does not say by OCSP, nobody else may say for it. */
  #take(known: Known, stapled: Uint8Array): void {
    if (known.source.ocsp === undefined) return;
    try {
      keepNewer(known, this.#said(stapled, known));
    } catch (thrown) {
      const error = asCausewayError(thrown);
      if (error.code === 'internal') throw error;
    }
  }

  async #listed({ source, certificate }: Known): Promise<Answer> {
    const { clock, maxAge } = this.#options;
    if ((this.#lists.get(source)?.fetched ?? 0) < clock.now() - maxAge) await this.#fetchList(source);
    const held = this.#lists.get(source);
    if (held === undefined) throw new CausewayError('service-unreachable', 'no revocation list');
    return { status: held.list.has(certificate) ? 'revoked' : 'good', at: held.fetched };
  }

  async #fetchList(source: Source): Promise<void> {
    const { clock, get } = this.#options;
    const { status, body } = await get(source.crl?.url ?? '');
    if (status !== 200) throw new CausewayError('service-unreachable', `the address of the revocation list answered ${status}`);
    const list = readCrl(body, source.authority);
    const now = clock.now();
    if (list.thisUpdate < (this.#lists.get(source)?.list.thisUpdate ?? 0)) throw new CausewayError('signature-expired', 'a revocation list that is older than the one that is here');
    // A list is good until its own end: how old its beginning may be, the authority says.
    inTime(list.thisUpdate, list.nextUpdate, now, Number.POSITIVE_INFINITY);
    this.#lists.set(source, { list, fetched: now });
  }

  /** By name and key: an authority has several certificates where it is renewed, or certified by another one. */
  #sourceOf(issuer: Certificate | undefined): Source | undefined {
    return issuer && this.#sources.find(({ x509 }) => x509.subject === issuer.x509.subject && x509.publicKey.equals(issuer.publicKey));
  }

  /** Whether it succeeded; while any source fails, what was there until all answered last is lost. */
  async #attempt(source: Source, work: () => Promise<void>): Promise<boolean> {
    const error = await work().then(() => undefined, asCausewayError);
    if (error === undefined) this.#failing.delete(source);
    else this.#failing.set(source, error.message);
    this.#tell();
    return error === undefined;
  }

  #tell(): void {
    const { clock, report } = this.#options;
    const [why] = this.#failing.values();
    if (why === undefined) this.#last = clock.now();
    report(why === undefined ? undefined : { why, ...(this.#last === undefined ? {} : { since: this.#last }) });
  }
}

/** An older answer, played back or of a responder that lags behind, takes nothing back. */
function keepNewer(known: Known, answer: Answer): void {
  if (answer.at >= (known.answer?.at ?? 0)) known.answer = answer;
}

function inTime(thisUpdate: number, nextUpdate: number, now: number, maxAge: number): void {
  if (thisUpdate > now + AHEAD_MS || nextUpdate < now || thisUpdate < now - maxAge) throw new CausewayError('signature-expired', 'what is said about revocation is out of its time');
}

function revoked(status: 'revoked' | 'unknown'): CausewayError {
  return new CausewayError('signature-untrusted', status === 'revoked' ? 'the signing certificate is revoked' : 'the signing certificate is not known to its authority', { facts: { hint: 'The signing certificate is revoked, or its authority does not know it.' } });
}
