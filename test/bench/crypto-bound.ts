/**
 * The least that one exchange of the signed scenario can cost: its signatures, verifications and encryptions done bare, one after the
 * other, with node:crypto on prepared keys and data. No parsing, no canonicalisation, no TLS, no disk.
 */
import { createCipheriv, createDecipheriv, diffieHellman, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';

const DOCUMENT = randomBytes(2048);
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const raw = <K>(key: K) => ({ key, dsaEncoding: 'ieee-p1363' }) as const;

/** Operations of one exchange, by what they are for. */
function operations(): Readonly<Record<string, () => void>> {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = p256();
  const rsaSignature = sign('sha256', DOCUMENT, rsa.privateKey);
  const ecSignature = sign('sha256', DOCUMENT, raw(ec.privateKey));
  const peer = p256();
  const contentKey = randomBytes(32);
  const gcm = () => {
    const cipher = createCipheriv('aes-256-gcm', contentKey, randomBytes(12));
    cipher.update(DOCUMENT);
    cipher.final();
  };
  const ungcm = (() => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', contentKey, nonce);
    const ciphertext = Buffer.concat([cipher.update(DOCUMENT), cipher.final()]);
    const tag = cipher.getAuthTag();
    return () => {
      const decipher = createDecipheriv('aes-256-gcm', contentKey, nonce).setAuthTag(tag);
      decipher.update(ciphertext);
      decipher.final();
    };
  })();
  const encrypt = () => {
    const { privateKey } = p256();
    diffieHellman({ privateKey, publicKey: peer.publicKey });
    gcm();
  };
  const decrypt = () => {
    diffieHellman({ privateKey: peer.privateKey, publicKey: ec.publicKey });
    ungcm();
  };
  const times = (n: number, work: () => void) => () => {
    for (let i = 0; i < n; i += 1) work();
  };
  return {
    'member signatures verified (RSA-2048 and P-256)': () => {
      if (!verify('sha256', DOCUMENT, rsa.publicKey, rsaSignature) || !verify('sha256', DOCUMENT, raw(ec.publicKey), ecSignature)) throw new Error('a signature does not verify');
    },
    'member signatures made (P-256, one a side)': times(2, () => void sign('sha256', DOCUMENT, raw(ec.privateKey))),
    'statements signed': times(2, () => void sign('sha256', DOCUMENT, raw(ec.privateKey))),
    'statements verified': times(2, () => {
      if (!verify('sha256', DOCUMENT, raw(ec.publicKey), ecSignature)) throw new Error('a signature does not verify');
    }),
    'sealed for the peer': times(2, encrypt),
    'opened': times(2, decrypt),
    'evidence encrypted for the auditor': times(4, gcm),
    'records and parts encrypted': times(12, gcm),
  };
}

export interface CryptoBound {
  /** Exchanges a second of one core that does nothing else. */
  readonly perSecond: number;
  /** Microseconds of CPU of one exchange by operation. */
  readonly micros: Readonly<Record<string, number>>;
}

/** Runs for about `ms` milliseconds. */
export function measureCryptoBound(ms: number): CryptoBound {
  const micros: Record<string, number> = {};
  const all = Object.entries(operations());
  for (const [name, work] of all) {
    for (let i = 0; i < 20; i += 1) work();
    const until = performance.now() + ms / all.length;
    const before = process.cpuUsage();
    let rounds = 0;
    while (performance.now() < until) {
      work();
      rounds += 1;
    }
    const { user, system } = process.cpuUsage(before);
    micros[name] = (user + system) / rounds;
  }
  return { perSecond: 1e6 / Object.values(micros).reduce((sum, each) => sum + each, 0), micros };
}
