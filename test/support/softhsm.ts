/** A SoftHSM token for a test, in a folder that can be taken away; PKCS#11 is real, the hardware is not. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Token } from '../../src/crypto/hsm/token.ts';
import type { TokenCurve } from '../../src/crypto/hsm/messages.ts';
import type { TokenOptions } from '../../src/crypto/hsm/token.ts';
import { tool } from './tool.ts';

const LIBRARIES = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so', '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so'];
const BINDING = join(import.meta.dirname, '../../hsm/node_modules/pkcs11js/build/Release/pkcs11.node');
const TOKEN = 'causeway';

/** As the `skip` option of a test. */
export function noSoftHsm(): string | false {
  const missing = tool('softhsm2-util');
  if (missing !== false || existsSync(BINDING)) return missing;
  if (process.env['CAUSEWAY_TOOLS'] === 'required') throw new Error('hsm/node_modules is required and not there: .ci/run compiles it');
  return 'skipped: pkcs11js is not compiled (docs/hsm.md)';
}

export interface SoftHsm {
  readonly settings: TokenOptions;
  make(curve: TokenCurve, ...labels: string[]): Promise<void>;
  /** A pair that was made elsewhere: a file in PKCS#8. */
  import(label: string, file: string): void;
  takeAway(): void;
  giveBack(): void;
  remove(): void;
}

/** Processes that are started from now on find it. */
export function makeSoftHsm(): SoftHsm {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-hsm-'));
  const tokens = join(folder, 'tokens');
  mkdirSync(tokens);
  writeFileSync(join(folder, 'softhsm2.conf'), `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  process.env['SOFTHSM2_CONF'] = join(folder, 'softhsm2.conf');
  const pin = join(folder, 'pin');
  writeFileSync(pin, '1234\n', { mode: 0o600 });
  util('--init-token', '--free', '--label', TOKEN, '--pin', '1234', '--so-pin', '12345678');
  const settings = { module: LIBRARIES.find((file) => existsSync(file)) ?? '', token: TOKEN, pin, sessions: 4, timeout: 10_000 };
  return {
    settings,
    async make(curve, ...labels) {
      const token = new Token(settings);
      for (const label of labels) await token.ask({ work: 'generate', label, curve });
      await token.close();
    },
    import: (label, file) => util('--import', file, '--token', TOKEN, '--pin', '1234', '--label', label, '--id', Buffer.from(label).toString('hex')),
    takeAway: () => renameSync(tokens, `${tokens}-away`),
    giveBack: () => renameSync(`${tokens}-away`, tokens),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function util(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('softhsm2-util', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
