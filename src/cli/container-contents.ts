/** What an exported container holds, under which names (docs/trail-format.md, "Containers"), and whether it is true: entries, proofs, checkpoints, tokens, statements. */
import { createPublicKey, hash } from 'node:crypto';
import { BASE64URL_32 } from '../crypto/digest.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import { verifyPlainTimestamp } from '../crypto/timestamp.ts';
import type { TimestampTrust } from '../crypto/timestamp.ts';
import type { Files, WrongFile } from '../evidence/asic.ts';
import { authenticate } from '../federation/statement.ts';
import { canonicalJson, parseCanonicalJson } from '../platform/canonical-json.ts';
import { checkpointOf } from '../trail/entangle.ts';
import { coreOf, parseEntry } from '../trail/entry.ts';
import type { Entry } from '../trail/entry.ts';
import { logVerifiers, parseTrailKeys, witnessVerifiers } from '../trail/keys.ts';
import type { TrailKeys } from '../trail/keys.ts';
import { leafHash } from '../trail/merkle.ts';
import { ed25519FromBase64 } from '../trail/note.ts';
import { parseTlogProof, verifyTlogProof } from '../trail/tlog-proof.ts';
import { staticTrust } from '../trust/static-trust.ts';
import type { TrustDocument } from '../trust/static-trust.ts';

export const SCRIPT = 'VERIFY.txt';
export const ABOUT = 'about.json';
export const KEYS = 'trust/trail-keys.json';
/** Keys once more, for the script: a line each, `<role> <name> <file>`. */
export const KEY_LIST = 'trust/keys.txt';

export const agreementFile = (id: string, version: number): string => `link/${id}-${version}.json`;
export const trustFile = (country: string): string => `trust/${country}.json`;
/** Folder of a shard: its origin, in which a port would need another spelling. */
export const shardFolder = (origin: string): string => `logs/${origin.replaceAll(':', '_')}`;
export const statementFile = (xid: string, step: string): string => `statements/${xid}.${step}.jws`;

const MAX_STATEMENT_BYTES = 64 * 1024;
const ED25519_BYTES = 32;

/** PEM of every key of a log, a witness or a statement, and the list of them. */
export function keyFiles(keys: TrailKeys, trust: readonly TrustDocument[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const lines: string[] = [];
  // A name may have several keys, one after the other.
  const add = (role: string, name: string, pem: string): void => {
    const file = `trust/keys/${role}-${hash('sha256', `${role} ${name} ${pem}`, 'hex').slice(0, 16)}.pem`;
    files.set(file, Buffer.from(pem));
    lines.push(`${role} ${name} ${file}`);
  };
  const raw = (key: string): string => ed25519FromBase64(key).export({ type: 'spki', format: 'pem' });
  for (const { name, key } of keys.logs) add('log', name.slice(0, name.lastIndexOf('/')), raw(key));
  // A second key of a witness is ML-DSA-44, which standard tools cannot read yet.
  for (const { name, key } of keys.witnesses) if (Buffer.from(key, 'base64').length === ED25519_BYTES) add('witness', name, raw(key));
  for (const { kid, publicKey } of trust.flatMap(({ statement }) => statement)) add('statement', kid, createPublicKey({ key: publicKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' }));
  files.set(KEY_LIST, Buffer.from(`${[...new Set(lines)].sort((a, b) => (a < b ? -1 : 1)).join('\n')}\n`));
  return files;
}

/** What one container shows, once it holds. */
export interface Contents {
  readonly entries: number;
  readonly statements: number;
  readonly tokens: number;
  /** Names of the witnesses whose cosignatures verified. */
  readonly cosigned: readonly string[];
  readonly wrong: readonly WrongFile[];
}

/** `keys`: of logs and witnesses, in place of those that the container brings. */
export async function checkContents(files: Files, trust: TimestampTrust, keys?: TrailKeys): Promise<Contents> {
  return new ContentCheck(files, trust, keys).run();
}

class ContentCheck {
  readonly #files: Files;
  readonly #trust: TimestampTrust;
  readonly #given: TrailKeys | undefined;
  readonly #wrong: WrongFile[] = [];
  /** Files whose place in the format is known. */
  readonly #known = new Set([SCRIPT]);
  readonly #entries: { readonly file: string; readonly entry: Entry }[] = [];
  readonly #cosigned = new Set<string>();
  #statements = 0;
  #tokens = 0;

  constructor(files: Files, trust: TimestampTrust, given: TrailKeys | undefined) {
    this.#files = files;
    this.#trust = trust;
    this.#given = given;
  }

  async run(): Promise<Contents> {
    const own = this.#try(KEYS, (bytes) => parseTrailKeys(bytes.toString()));
    const keys = this.#given ?? own;
    const trust = this.#names('trust/', '.json').filter((file) => file !== KEYS).flatMap((file) => this.#try(file, (bytes) => ({ document: JSON.parse(bytes.toString()) as TrustDocument, bytes })) ?? []);
    this.#try(ABOUT, parseCanonicalJson);
    if (keys !== undefined) for (const file of this.#names('logs/', '.json')) this.#checkEntry(file, keys);
    for (const file of this.#names('logs/', '.note')) this.#checkTokens(file);
    const agreements = this.#agreements();
    for (const file of this.#names('statements/', '.jws')) await this.#checkStatement(file, trust, agreements);
    if (own !== undefined && this.#wrong.length === 0) this.#checkKeyFiles(own, trust.map(({ document }) => document));
    for (const file of this.#files.keys()) if (file !== 'mimetype' && !file.startsWith('META-INF/') && !this.#known.has(file)) this.#wrong.push({ file, what: 'is no file of this format' });
    return { entries: this.#entries.length, statements: this.#statements, tokens: this.#tokens, cosigned: [...this.#cosigned], wrong: this.#wrong };
  }

  #names(prefix: string, suffix: string): string[] {
    return [...this.#files.keys()].filter((name) => name.startsWith(prefix) && name.endsWith(suffix) && !name.startsWith('trust/keys/'));
  }

  /** Runs `read` on a file that must be there; what it throws is what is wrong with the file. */
  #try<T>(file: string, read: (bytes: Buffer) => T): T | undefined {
    this.#known.add(file);
    try {
      const bytes = this.#files.get(file);
      if (bytes === undefined) throw new CausewayError('malformed', 'is missing');
      return read(Buffer.from(bytes));
    } catch (thrown) {
      this.#wrong.push({ file, what: told(thrown) });
      return undefined;
    }
  }

  #checkEntry(file: string, keys: TrailKeys): void {
    const proofFile = file.replace(/json$/, 'tlog-proof');
    const entry = this.#try(file, parseEntry);
    const proof = this.#try(proofFile, (bytes) => parseTlogProof(bytes.toString()));
    if (entry === undefined || proof === undefined) return;
    this.#entries.push({ file, entry });
    this.#try(proofFile, () => {
      const { origin } = checkpointOf(proof.checkpoint);
      if (file !== `${shardFolder(origin)}/${proof.index}.json`) throw new CausewayError('trail-broken', `is of entry ${proof.index} of ${origin}`);
      const log = logVerifiers(keys, origin);
      if (log.length === 0) throw new CausewayError('statement-untrusted', `no key is known for the log ${origin}`);
      const { cosigned } = verifyTlogProof(proof, leafHash(this.#files.get(file)!), log, witnessVerifiers(keys));
      if (cosigned.length === 0) throw new CausewayError('statement-untrusted', 'no known witness cosigned the checkpoint');
      for (const name of cosigned) this.#cosigned.add(name);
    });
  }

  /** Tokens over a checkpoint that an entry is proven under. */
  #checkTokens(file: string): void {
    const note = this.#try(file, (bytes) => bytes);
    const stem = file.slice(0, -'.note'.length);
    const tokens = this.#names(`${stem}-`, '.tst');
    for (const token of tokens) {
      this.#try(token, (bytes) => verifyPlainTimestamp(bytes, note ?? Buffer.alloc(0), this.#trust));
      this.#tokens += 1;
    }
    const used = this.#names(file.slice(0, file.lastIndexOf('/') + 1), '.tlog-proof').some((proof) => note !== undefined && Buffer.from(this.#files.get(proof)!).toString().endsWith(`\n\n${note.toString()}`));
    if (!used) this.#wrong.push({ file, what: 'no entry is proven under it' });
  }

  /** By `<id> <version>`, base64url SHA-256. */
  #agreements(): Map<string, string> {
    const agreements = new Map<string, string>();
    for (const file of this.#names('link/', '.json')) {
      const { id, version } = (this.#try(file, parseCanonicalJson) ?? {}) as { readonly id?: string; readonly version?: number };
      if (file === agreementFile(id ?? '', version ?? 0)) agreements.set(`${id} ${version}`, hash('sha256', this.#files.get(file)!, 'base64url'));
      else this.#wrong.push({ file, what: 'is not the agreement that its name says' });
    }
    return agreements;
  }

  /** A statement is signed by its sender under the trust of that time, names the agreement that is here, and is what entries commit to. */
  async #checkStatement(file: string, trust: readonly { readonly document: TrustDocument; readonly bytes: Uint8Array }[], agreements: ReadonlyMap<string, string>): Promise<void> {
    const compact = this.#try(file, (bytes) => bytes.toString('latin1')) ?? '';
    try {
      const { iss, aud, iat } = unverifiedClaims(compact);
      const sender = trust.find(({ document }) => document.entity === iss);
      if (sender === undefined) throw new CausewayError('statement-untrusted', `no keys of ${iss} are here`);
      const { claims } = await authenticate(compact, ['causeway-request+jwt', 'causeway-response+jwt', 'causeway-refusal+jwt'], { audience: aud, trust: staticTrust(sender.document, sender.bytes), maxBytes: MAX_STATEMENT_BYTES }, iat * 1000);
      const { id, version, sha256 } = claims.link;
      if (agreements.get(`${id} ${version}`) !== sha256) throw new CausewayError('link-mismatch', 'names an agreement that is not here');
      const core = coreOf(compact.slice(0, compact.lastIndexOf('.')));
      if (!this.#entries.some(({ entry }) => entry.core === core && entry.xid === claims.jti)) throw new CausewayError('trail-broken', 'no entry commits to it');
      this.#checkDer(file, compact);
      this.#checkSalt(file.replace(/jws$/, 'salt'));
      this.#statements += 1;
    } catch (thrown) {
      this.#wrong.push({ file, what: told(thrown) });
    }
  }

  #checkDer(file: string, compact: string): void {
    this.#try(file.replace(/jws$/, 'der'), (bytes) => {
      if (!bytes.equals(derSignature(compact))) throw new CausewayError('malformed', `is not the signature of ${file}`);
    });
  }

  #checkSalt(file: string): void {
    if (!this.#files.has(file)) return;
    this.#try(file, (bytes) => {
      if (!BASE64URL_32.test(bytes.toString())) throw new CausewayError('malformed', 'is not a salt');
    });
  }

  #checkKeyFiles(keys: TrailKeys, trust: readonly TrustDocument[]): void {
    for (const [file, expected] of keyFiles(keys, trust)) {
      this.#try(file, (bytes) => {
        if (!bytes.equals(expected)) throw new CausewayError('malformed', 'is not the key that the other files of trust/ name');
      });
    }
  }
}

/** Who a statement says that it is from, for whom and of when (UTC seconds): for finding the keys to judge it with. Throws for what holds no claims. */
export function unverifiedClaims(compact: string): { readonly iss: string; readonly aud: string; readonly iat: number } {
  const { iss, aud, iat } = JSON.parse(Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString()) as Readonly<Record<string, unknown>>;
  if (typeof iss !== 'string' || typeof aud !== 'string' || typeof iat !== 'number') throw new CausewayError('statement-malformed', 'not the claims of a statement');
  return { iss, aud, iat };
}

/** The signature of a compact JWS with ES256 in the form that openssl reads: SEQUENCE of two INTEGERs. */
export function derSignature(compact: string): Buffer {
  const raw = Buffer.from(compact.slice(compact.lastIndexOf('.') + 1), 'base64url');
  const integer = (bytes: Buffer): Buffer => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const digits = bytes.subarray(first < 0 ? bytes.length - 1 : first);
    const value = digits[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
    return Buffer.concat([Buffer.of(2, value.length), value]);
  };
  const both = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.of(0x30, both.length), both]);
}

function told(thrown: unknown): string {
  const error = asCausewayError(thrown);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}

/** RFC 8785 bytes of what a file says. */
export function jsonFile(value: unknown): Buffer {
  return Buffer.from(canonicalJson(value));
}
