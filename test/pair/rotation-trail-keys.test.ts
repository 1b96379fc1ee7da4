/**
 * Log and witness keys of both sides change by a new version of the agreement, as docs/runbooks/rotate-keys.md says, step by step, while agencies ask both ways:
 * each question is answered, if need be when it is sent once more after a restart; no log breaks off, and both trails verify.
 */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDocument } from 'yaml';
import { acceptLink, approveLink, proposeLink } from '../../src/cli/link-change.ts';
import { KeyFiles } from '../../src/crypto/key-files.ts';
import { rawPublic } from '../../src/crypto/public-parts.ts';
import { operatorKeys } from '../../src/sandbox/link-signing.ts';
import { cosignatureVerifier } from '../../src/trail/cosignature.ts';
import { ed25519FromBase64, ed25519Verifier, isOfKey, parseNote } from '../../src/trail/note.ts';
import { openReadOnly } from '../../src/trail/sqlite/layout.ts';
import { COMPANY, Caller, INCOME } from '../support/callers.ts';
import { change } from '../support/gateway-folders.ts';
import { COUNTRIES, eventually, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const PATIENCE_MS = 120_000;
/** Between the proposal and the time at which both sides change over: four people and two restarts. */
const AHEAD_MS = 75_000;
const ROLES = ['log', 'witness'] as const;
type Role = (typeof ROLES)[number];
const pair = runningPair();
const config = (country: PairCountry): string => pair.gateway(country).folder;
const linkFile = (country: PairCountry): string => join(config(country), 'links', `${pair.peerOf(country).toLowerCase()}.yaml`);
const keyFile = (country: PairCountry, role: Role, which: '' | '-2'): string => join(config(country), 'keys', `${role}${which}.key.pem`);
const publicKey = (country: PairCountry, role: Role, which: '' | '-2'): string => rawPublic(new KeyFiles().ed25519(keyFile(country, role, which), role));
const person = (country: PairCountry, which: 0 | 1) => ({ config: config(country), reason: `file-${country}`, key: operatorKeys(pair.data, country)[which] });
const at = (name: string): string => join(pair.data, name);

/** Which of the keys, old or new, are under the last checkpoint of the link's log, of the log itself and of the peer's witness; none before the first one. */
function signers(country: PairCountry, keys: Readonly<Record<PairCountry, Readonly<Record<Role, readonly string[]>>>>): Readonly<Record<Role, readonly number[]>> {
  const db = openReadOnly(pair.store(country));
  const row = db.prepare("SELECT note, name FROM checkpoint JOIN origin ON origin.id = checkpoint.origin WHERE log = 'ee-fi' ORDER BY ordinal DESC LIMIT 1").get() as { note: string; name: string } | undefined;
  db.close();
  if (row === undefined) return { log: [], witness: [] };
  const { name } = row;
  const { text, signatures } = parseNote(row.note);
  const peer = pair.peerOf(country);
  const by = (verifiers: readonly ReturnType<typeof ed25519Verifier>[]): number[] => verifiers.flatMap((verifier, which) => (signatures.some((signature) => isOfKey(signature, verifier) && verifier.verify(text, signature.signature)) ? [which] : []));
  return { log: by(keys[country].log.map((key) => ed25519Verifier(name, ed25519FromBase64(key)))), witness: by(keys[peer].witness.map((key) => cosignatureVerifier(`gateway.${peer.toLowerCase()}.example/witness`, ed25519FromBase64(key)))) };
}

test('both sides change their log and witness keys by version 2, and every question is answered', { timeout: 600_000 }, async (context) => {
  const over = new AbortController();
  const results: string[] = [];
  const traffic = [INCOME, COMPANY].map(async (subject) => {
    while (!over.signal.aborted) {
      results.push((await new Caller(subject, pair).outcome(PATIENCE_MS)).result);
      await sleep(50);
    }
  });
  try {
    // 1. The next keys, beside those in use.
    for (const country of COUNTRIES) {
      for (const role of ROLES) await new KeyFiles().make(keyFile(country, role, '-2'), 'Ed25519');
      change(join(config(country), 'gateway.yaml'), ROLES.map((role) => [['keys', `${role}Next`], `keys/${role}-2.key.pem`] as const));
    }
    const keys = Object.fromEntries(COUNTRIES.map((country) => [country, Object.fromEntries(ROLES.map((role) => [role, [publicKey(country, role, ''), publicKey(country, role, '-2')]]))])) as unknown as Parameters<typeof signers>[1];
    // 2. A version of the agreement that names them; names of logs and witnesses stay.
    const effective = Date.now() + AHEAD_MS;
    const draft = parseDocument(readFileSync(linkFile('EE'), 'utf8'));
    draft.setIn(['agreement', 'version'], 2);
    draft.setIn(['agreement', 'effective'], new Date(effective).toISOString());
    const { parties } = (draft.toJS() as { agreement: { parties: { country: PairCountry }[] } }).agreement;
    for (const [index, { country }] of parties.entries()) for (const role of ROLES) draft.setIn(['agreement', 'parties', index, role, 'key'], keys[country][role][1]);
    writeFileSync(at('draft.yaml'), draft.toString());
    await proposeLink({ ...person('EE', 0), draft: at('draft.yaml'), out: at('change.json') }, Date.now());
    for (const [country, which] of [['EE', 1], ['FI', 0], ['FI', 1]] as const) await approveLink({ ...person(country, which), file: at('change.json') }, Date.now());
    for (const country of COUNTRIES) assert.equal((await acceptLink({ config: config(country), files: [at('change.json')] }, Date.now())).complete, true);
    // 3. Both start anew before its time; from then on both keys sign.
    for (const country of COUNTRIES) await pair.restart(country);
    for (const country of COUNTRIES) await eventually(`both keys are under the checkpoints of ${country}`, () => JSON.stringify(signers(country, keys)) === '{"log":[0,1],"witness":[0,1]}', PATIENCE_MS);
    // 4. At its time, and not before, the next keys take the places of the old ones, which go.
    await sleep(Math.max(0, effective - Date.now()) + 1000);
    for (const country of COUNTRIES) {
      change(join(config(country), 'gateway.yaml'), ROLES.flatMap((role) => [[['keys', role], `keys/${role}-2.key.pem`], [['keys', `${role}Next`], undefined]] as const));
      for (const role of ROLES) rmSync(keyFile(country, role, ''));
      await pair.restart(country);
    }
    for (const country of COUNTRIES) await eventually(`the next keys alone are under the checkpoints of ${country}`, () => JSON.stringify(signers(country, keys)) === '{"log":[1],"witness":[1]}', PATIENCE_MS);
    const before = results.length;
    await eventually('questions cross', () => results.length > before + 4, PATIENCE_MS);
  } finally {
    over.abort();
    await Promise.all(traffic);
  }
  context.diagnostic(`${results.length} questions`);
  assert.deepEqual(results.filter((result) => result !== 'answered'), []);
  for (const country of COUNTRIES) assert.deepEqual(pair.entries(country).filter(({ step }) => step === 'break' || step === 'previous-checkpoint'), [], 'no log broke off');
});
