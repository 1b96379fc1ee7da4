/**
 * The least that one exchange of the signed scenario can cost: its signatures, verifications and encryptions done bare, in their order and
 * as often as the protocol demands them, with node:crypto on prepared keys and data of the sizes that cross. No parsing, no
 * canonicalisation, no JSON, no TLS, no disk; digests that are part of no signature, and commitments, are left out too.
 */
import { createCipheriv, createDecipheriv, createHmac, createPublicKey, diffieHellman, generateKeyPairSync, hash, randomBytes, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
  /** Milliseconds of CPU that it took to find out. */
  readonly cpuMs: number;
}

export interface BoundMeasurement {
  /** What was measured so far. */
  end(): Promise<CryptoBound>;
}

/**
 * Measures from now to `end` in a thread of its own, a little at a time: a machine that others share is at times twice as slow as at others, and what is compared with the bound
 * has to be of the same seconds. What goes on beside it costs that time as much as it costs anyone's. A tenth of one core.
 */
export function measureCryptoBound(): BoundMeasurement {
  const worker = new Worker(new URL(import.meta.url), { workerData: { measures: true } });
  const measured = new Promise<CryptoBound>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return {
    end() {
      worker.postMessage('end');
      return measured;
    },
  };
}

interface Spent {
  readonly work: () => void;
  rounds: number;
  micros: number;
}

const AT_ONCE = 4;
/** Of the time. */
const SHARE = 0.1;
/** Microseconds of CPU of each operation that are not counted, until the compiler has done its part. */
const WARM_UP = 50_000;

async function measure(ended: () => boolean): Promise<CryptoBound> {
  const spent = Object.entries(operations()).map(([name, work]): [string, Spent] => [name, { work, rounds: 0, micros: 0 }]);
  for (const [, { work }] of spent) for (let micros = 0; micros < WARM_UP; micros += timed(work));
  while (!ended()) {
    const started = performance.now();
    for (const [, one] of spent) {
      one.micros += timed(one.work);
      one.rounds += AT_ONCE;
    }
    await sleep(((performance.now() - started) * (1 - SHARE)) / SHARE);
  }
  const micros = Object.fromEntries(spent.map(([name, one]) => [name, one.micros / one.rounds]));
  const { user, system } = process.threadCpuUsage();
  return { perSecond: 1e6 / Object.values(micros).reduce((sum, each) => sum + each, 0), micros, cpuMs: (user + system) / 1000 };
}

/** Microseconds of this thread's CPU. */
function timed(work: () => void): number {
  const before = process.threadCpuUsage();
  for (let i = 0; i < AT_ONCE; i += 1) work();
  const { user, system } = process.threadCpuUsage(before);
  return user + system;
}

const asked = workerData as { readonly measures?: boolean } | null;
if (asked?.measures === true) {
  let ended = false;
  parentPort!.once('message', () => (ended = true));
  parentPort!.postMessage(await measure(() => ended));
}
