/**
 * Traffic in both directions while both sides change their keys, all roles at one time and all over again: no exchange may fail. Twenty
 * seconds, or CAUSEWAY_SOAK_SECONDS, and until every role of both sides was changed once.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listKeys, rotateKey } from '../../src/cli/keys-rotate.ts';
import { anchorFolder } from '../../src/sandbox/anchors.ts';
import { anchorIssue } from '../../src/trust/anchor-work.ts';
import { ROTATING, keyFolders } from '../../src/trust/own/key-plan.ts';
import type { RotatingRole } from '../../src/trust/own/key-plan.ts';
import { COMPANY, INCOME, POPULATION, gatewayFault } from '../support/questions.ts';
import { sendRaw } from '../support/raw-client.ts';
import { COUNTRIES, eventually, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const SECONDS = Number(process.env['CAUSEWAY_SOAK_SECONDS'] ?? 20);
const PATIENCE_MS = 60_000;
/** The old key is held for longer than an answer can take here. */
const pair = runningPair({ trust: 'federation', changes: { gateway: [[['federation', 'noticesEvery'], '500ms'], [['rotation'], { publishBefore: '500ms', retireAfter: '6s' }]] } });

async function change(country: PairCountry, role: RotatingRole): Promise<void> {
  const config = pair.gateway(country).folder;
  const { kid, refused } = await rotateKey({ config, role }, Date.now());
  assert.equal(refused, undefined);
  if (role === 'entity') await state(country, kid ?? '');
  await eventually(`${country} has changed its ${role} key`, async () => (await keyFolders(pair.store(country)).plans.ids()).length === 0, PATIENCE_MS);
  assert.equal((await listKeys(config)).find((line) => line.role === role && line.state === 'in use')?.kid, kid);
}

/** What the people of the anchor do when a gateway shows another entity key. */
async function state(country: PairCountry, kid: string): Promise<void> {
  const folder = anchorFolder(pair.data, country);
  const file = join(folder, 'gateway.jwt');
  await eventually('the next entity key is shown', async () => {
    const { answer } = await sendRaw({ port: pair.gateway(country).ports.federation, head: ['GET /.well-known/openid-federation HTTP/1.1', 'host: gateway.example', 'connection: close'], patience: 5000 });
    writeFileSync(file, answer?.body ?? '');
    return Buffer.from((answer?.body ?? '').split('.')[1] ?? '', 'base64url').toString().includes(kid);
  }, PATIENCE_MS);
  await anchorIssue({ folder, file, kind: 'gateway', names: [] }, Date.now());
}

/** A new certificate over the same key, as an operator puts it there. */
function renewDomestic(country: PairCountry): void {
  const file = join(pair.gateway(country).folder, 'keys/domestic-tls.cert.pem');
  writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd()}\n\n`);
}

test(`both sides change every key that changes without a new agreement, for ${SECONDS} s at the least, and no exchange fails`, { timeout: (SECONDS + 300) * 1000 }, async (context) => {
  const over = new AbortController();
  let crossed = 0;
  const failed: string[] = [];
  const traffic = [INCOME, COMPANY, POPULATION].map(async (question) => {
    while (!over.signal.aborted) {
      const answer = await question.ask(pair);
      const fault = gatewayFault(answer);
      if (fault === undefined && answer.reply.status === 200) crossed += 1;
      else failed.push(`${question.name}: ${answer.reply.status} ${JSON.stringify(fault)}`);
      await sleep(20);
    }
  });
  const until = performance.now() + SECONDS * 1000;
  let changes = 0;
  try {
    do {
      await Promise.all(COUNTRIES.flatMap((country) => ROTATING.map((role) => change(country, role))));
      changes += COUNTRIES.length * ROTATING.length;
      for (const country of COUNTRIES) renewDomestic(country);
    } while (performance.now() < until);
  } finally {
    over.abort();
    await Promise.all(traffic);
  }
  context.diagnostic(`${changes} changes of keys, ${crossed} exchanges`);
  assert.deepEqual(failed, []);
  assert.ok(crossed > changes, 'there was traffic');
});
