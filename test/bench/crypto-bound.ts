/**
 * The least that one exchange of the signed scenario can cost: its signatures, verifications and encryptions done bare, in their order and
 * as often as the protocol demands them, with node:crypto on prepared keys and data of the sizes that cross. No parsing, no
 * canonicalisation, no JSON, no TLS, no disk; digests that are part of no signature, and commitments, are left out too.
 */
import { createCipheriv, createDecipheriv, createHmac, createPublicKey, diffieHellman, generateKeyPairSync, hash, randomBytes, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Worker, parentPort, workerData } from 'node:worker_threads';

/** Bytes, as the scenario has them: what a member's signature covers in ten parts, SignedInfo, a statement, a sealed manifest, the neutral document. */
const COVERED = { request: 4000, answer: 7000 };
const PARTS = 10;
const SIGNED_INFO = randomBytes(3500);
const STATEMENT = randomBytes(1500);
const MANIFEST = randomBytes(1000);
const DOCUMENT = randomBytes(350);
/** What is kept of a step: the domestic message above all. */
const KEPT = randomBytes(10_000);

const KEY = randomBytes(32);
const KEY_WRAP_IV = Buffer.from('A6A6A6A6A6A6A6A6', 'hex');
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const raw = (key: KeyObject) => ({ key, dsaEncoding: 'ieee-p1363' }) as const;

function gcm(plaintext: Uint8Array): { readonly nonce: Uint8Array; readonly sealed: Uint8Array; readonly tag: Uint8Array } {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', KEY, nonce);
  const sealed = cipher.update(plaintext);
  cipher.final();
  return { nonce, sealed, tag: cipher.getAuthTag() };
}

function opener(plaintext: Uint8Array): () => void {
  const { nonce, sealed, tag } = gcm(plaintext);
  return () => {
    const decipher = createDecipheriv('aes-256-gcm', KEY, nonce).setAuthTag(tag);
    decipher.update(sealed);
    decipher.final();
  };
}

/** The digests of the parts that a member's signature covers. */
function digestParts(bytes: Uint8Array): void {
  const each = bytes.length / PARTS;
  for (let part = 0; part < PARTS; part += 1) hash('sha256', bytes.subarray(part * each, (part + 1) * each), 'buffer');
}

/** HKDF-Expand with SHA-512, as each part of a payload has it. */
function partKeys(): void {
  const first = createHmac('sha512', KEY).update(KEY).digest();
  createHmac('sha512', KEY).update(first).update(KEY).digest();
}

function times(n: number, work: () => void): () => void {
  return () => {
    for (let i = 0; i < n; i += 1) work();
  };
}

/** Operations of one exchange, by what they are for. */
function operations(): Readonly<Record<string, () => void>> {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [ec, peer] = [p256(), p256()];
  const epk = { key: p256().publicKey.export({ format: 'jwk' }), format: 'jwk' } as const;
  const covered = { request: randomBytes(COVERED.request), answer: randomBytes(COVERED.answer) };
  const rsaSignature = sign('sha256', SIGNED_INFO, rsa.privateKey);
  const ecSignature = sign('sha256', SIGNED_INFO, raw(ec.privateKey));
  const statementSignature = sign('sha256', STATEMENT, raw(ec.privateKey));
  const [openManifest, openDocument] = [opener(MANIFEST), opener(DOCUMENT)];
  const wrap = createCipheriv('id-aes256-wrap', KEY, KEY_WRAP_IV);
  const wrapped = Buffer.concat([wrap.update(KEY), wrap.final()]);
  const holds = (ok: boolean): void => {
    if (!ok) throw new Error('a signature does not verify');
  };
  const agree = (privateKey: KeyObject, publicKey: KeyObject): Buffer => hash('sha256', diffieHellman({ privateKey, publicKey }), 'buffer');
  return {
    'member signatures verified (RSA-2048 and P-256)': () => {
      holds(verify('sha256', SIGNED_INFO, rsa.publicKey, rsaSignature));
      digestParts(covered.request);
      holds(verify('sha256', SIGNED_INFO, raw(ec.publicKey), ecSignature));
      digestParts(covered.answer);
    },
    'member signatures made (P-256, one a side)': () => {
      for (const message of Object.values(covered)) {
        digestParts(message);
        sign('sha256', SIGNED_INFO, raw(ec.privateKey));
      }
    },
    'statements signed': times(2, () => void sign('sha256', STATEMENT, raw(ec.privateKey))),
    'statements verified': times(2, () => holds(verify('sha256', STATEMENT, raw(ec.publicKey), statementSignature))),
    'manifests sealed': times(2, () => {
      const cipher = createCipheriv('id-aes256-wrap', agree(p256().privateKey, peer.publicKey), KEY_WRAP_IV);
      cipher.update(KEY);
      cipher.final();
      gcm(MANIFEST);
    }),
    'manifests opened': times(2, () => {
      // Whether the point lies on the curve is asked here.
      agree(peer.privateKey, createPublicKey(epk));
      const decipher = createDecipheriv('id-aes256-wrap', KEY, KEY_WRAP_IV);
      decipher.update(wrapped);
      decipher.final();
      openManifest();
    }),
    'parts encrypted and decrypted': times(2, () => {
      partKeys();
      gcm(DOCUMENT);
      partKeys();
      openDocument();
    }),
    'evidence encrypted for the auditor': times(4, () => {
      createHmac('sha256', KEY).update(KEY).digest();
      createHmac('sha256', KEY).update(KEY).digest();
      gcm(KEPT);
    }),
    'records of evidence encrypted': times(4, () => void gcm(KEPT)),
    'questions and answers kept, encrypted': times(4, () => void gcm(KEPT)),
    'record keys wrapped': times(2, () => {
      createHmac('sha256', KEY).update(KEY).digest();
      gcm(KEY);
    }),
  };
}

export interface CryptoBound {
  /** Exchanges a second of one core that does nothing else. */
  readonly perSecond: number;
  /** Microseconds of CPU of one exchange by operation. */
  readonly micros: Readonly<Record<string, number>>;
}

/** Runs in a thread of its own for about `ms` milliseconds of its CPU time; what goes on beside it costs that time as much as it costs anyone's. */
export function measureCryptoBound(ms: number): Promise<CryptoBound> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { measureFor: ms } });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function measure(ms: number): CryptoBound {
  const all = Object.entries(operations());
  const micros = Object.fromEntries(all.map(([name, work]) => [name, microsOf(work, (ms * 1000) / all.length)]));
  return { perSecond: 1e6 / Object.values(micros).reduce((sum, each) => sum + each, 0), micros };
}

const AT_ONCE = 20;

/** Of one run, once the compiler has done its part: `budget` microseconds are measured, after a third as many that are not. */
function microsOf(work: () => void, budget: number): number {
  spend(work, budget / 3);
  const { rounds, micros } = spend(work, budget);
  return micros / rounds;
}

function spend(work: () => void, budget: number): { readonly rounds: number; readonly micros: number } {
  const before = process.threadCpuUsage();
  for (let rounds = AT_ONCE; ; rounds += AT_ONCE) {
    for (let i = 0; i < AT_ONCE; i += 1) work();
    const { user, system } = process.threadCpuUsage(before);
    if (user + system >= budget) return { rounds, micros: user + system };
  }
}

const asked = workerData as { readonly measureFor?: number } | null;
if (asked?.measureFor !== undefined) parentPort?.postMessage(measure(asked.measureFor));
