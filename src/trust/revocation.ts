/**
 * Whether signing certificates at home are still good: answers of OCSP responders and revocation lists, fetched ahead from configured addresses for the signers that
 * are known, and for a new one when its first message has been verified. An address in a certificate or a message is never asked.
 */
import { LRUCache } from 'lru-cache';
import type { CertificatePath } from '../crypto/certificate-path.ts';
import { readCrl } from '../crypto/crl.ts';
import type { RevocationList } from '../crypto/crl.ts';
import { ocspRequest, readOcspStatus } from '../crypto/ocsp.ts';
import type { OcspQuestion } from '../crypto/ocsp.ts';
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

interface Known {
  readonly path: CertificatePath;
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
  readonly #lists = new Map<RevocationSource, { readonly list: RevocationList; readonly fetched: number }>();
  /** Sources whose last attempt failed, and why. */
  readonly #failing = new Map<RevocationSource | undefined, string>();
  #last: number | undefined;
  #looking: Promise<void> | undefined;

  constructor(options: RevocationOptions) {
    this.#options = options;
  }

  /**
   * Requires that the signing certificate, whose path was verified, is not revoked now. Throws `signature-untrusted` (revoked, or unknown to its authority), and under
   * `required` `dependency-lost` where no answer is to be had: an answer that is older than it may be stands only while the sources are gone, for as long as the link goes on.
   * `stapled`: an OCSP answer (DER) that the signer sent along spares asking if it is as good as one that is fetched; one that is not counts for nothing.
   */
  async check(path: CertificatePath, stapled?: Uint8Array): Promise<void> {
    const { clock, policy } = this.#options;
    const known = this.#of(path);
    if (stapled !== undefined && this.#isOld(known, clock.now())) this.#take(known, stapled);
    if (this.#isOld(known, clock.now())) await this.#ask(known);
    const { answer } = known;
    if (answer !== undefined && answer.status !== 'good') throw revoked(answer.status);
    if (answer === undefined && policy === 'required') throw new CausewayError('dependency-lost', 'nobody says whether the signing certificate is still good');
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
    const { clock, maxAge, sources } = this.#options;
    const now = clock.now();
    for (const source of sources) if (source.crl !== undefined && (this.#lists.get(source)?.fetched ?? 0) < now - maxAge / 2) await this.#attempt(source, () => this.#fetchList(source));
    const old = [...this.#signers.values()].filter(({ answer, path }) => (answer?.at ?? 0) < now - maxAge / 2 && this.#sourceOf(path)?.ocsp !== undefined).slice(0, AT_ONCE);
    await Promise.all(old.map((known) => this.#ask(known)));
  }

  #of(path: CertificatePath): Known {
    const id = path.certificate.x509.fingerprint256;
    const known = this.#signers.get(id) ?? { path };
    this.#signers.set(id, known);
    return known;
  }

  #isOld({ answer }: Known, now: number): boolean {
    return answer === undefined || answer.at < now - this.#options.maxAge;
  }

  /** Whoever comes while it is asked waits for the same answer. */
  #ask(known: Known): Promise<void> {
    known.asking ??= this.#askOnce(known).finally(() => delete known.asking);
    return known.asking;
  }

  async #askOnce(known: Known): Promise<void> {
    const { clock } = this.#options;
    if (known.failed !== undefined && clock.now() - known.failed < NEGATIVE_MS) return;
    const answered = await this.#attempt(this.#sourceOf(known.path), async () => {
      known.answer = await this.#answer(known.path);
    });
    if (answered) delete known.failed;
    else known.failed = clock.now();
  }

  async #answer(path: CertificatePath): Promise<Answer> {
    const source = this.#sourceOf(path);
    if (source === undefined) throw new CausewayError('service-unreachable', `no source says what ${path.issuer} has revoked`);
    return source.ocsp === undefined ? this.#listed(source, path) : this.#asked(source, source.ocsp, path);
  }

  async #asked({ authority }: RevocationSource, { url, responders }: NonNullable<RevocationSource['ocsp']>, { certificate }: CertificatePath): Promise<Answer> {
    const { status, body } = await this.#options.post(url, 'application/ocsp-request', ocspRequest(certificate.x509.raw, authority));
    if (status !== 200) throw new CausewayError('service-unreachable', `the OCSP responder answered ${status}`);
    return this.#said(body, { certificate: certificate.x509.raw, issuer: authority, responders });
  }

  #said(response: Uint8Array, question: Omit<OcspQuestion, 'at' | 'freshness'>): Answer {
    const now = this.#options.clock.now();
    const { status, thisUpdate, nextUpdate } = readOcspStatus(response, { ...question, at: now });
    inTime(thisUpdate, nextUpdate ?? Number.POSITIVE_INFINITY, now, this.#options.maxAge);
    return { status, at: thisUpdate };
  }

  /** By the authority that issued the certificate, whether or not it has an address here. */
  #take(known: Known, stapled: Uint8Array): void {
    const { certificate, authorities: [issuer] } = known.path;
    if (issuer === undefined) return;
    try {
      known.answer = this.#said(stapled, { certificate: certificate.x509.raw, issuer: issuer.x509.raw, responders: this.#sourceOf(known.path)?.ocsp?.responders ?? [] });
    } catch (thrown) {
      const error = asCausewayError(thrown);
      if (error.code === 'internal') throw error;
    }
  }

  async #listed(source: RevocationSource, { certificate }: CertificatePath): Promise<Answer> {
    const { clock, maxAge } = this.#options;
    if ((this.#lists.get(source)?.fetched ?? 0) < clock.now() - maxAge) await this.#fetchList(source);
    const held = this.#lists.get(source);
    if (held === undefined) throw new CausewayError('service-unreachable', 'no revocation list');
    return { status: held.list.has(certificate.x509.raw) ? 'revoked' : 'good', at: held.fetched };
  }

  async #fetchList(source: RevocationSource): Promise<void> {
    const { clock, get } = this.#options;
    const { status, body } = await get(source.crl?.url ?? '');
    if (status !== 200) throw new CausewayError('service-unreachable', `the address of the revocation list answered ${status}`);
    const list = readCrl(body, source.authority);
    const now = clock.now();
    // A list is good until its own end: how old its beginning may be, the authority says.
    inTime(list.thisUpdate, list.nextUpdate, now, Number.POSITIVE_INFINITY);
    this.#lists.set(source, { list, fetched: now });
  }

  #sourceOf({ authorities }: CertificatePath): RevocationSource | undefined {
    return this.#options.sources.find(({ authority }) => authorities[0]?.x509.raw.equals(authority));
  }

  /** Whether it succeeded; while any source fails, what was there until all answered last is lost. */
  async #attempt(source: RevocationSource | undefined, work: () => Promise<void>): Promise<boolean> {
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

function inTime(thisUpdate: number, nextUpdate: number, now: number, maxAge: number): void {
  if (thisUpdate > now + AHEAD_MS || nextUpdate < now || thisUpdate < now - maxAge) throw new CausewayError('signature-expired', 'what is said about revocation is out of its time');
}

function revoked(status: 'revoked' | 'unknown'): CausewayError {
  return new CausewayError('signature-untrusted', status === 'revoked' ? 'the signing certificate is revoked' : 'the signing certificate is not known to its authority', { facts: { hint: 'The signing certificate is revoked, or its authority does not know it.' } });
}
