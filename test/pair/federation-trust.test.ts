/** Two running gateways that believe each other by the anchors of their countries, while a peer is withdrawn and stated again. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/platform/clock.ts';
import { anchorFolder } from '../../src/sandbox/anchors.ts';
import { anchorIssue, anchorWithdraw } from '../../src/trust/anchor-work.ts';
import { readConfiguration } from '../../src/trust/entity-statement.ts';
import { fingerprintOf } from '../../src/platform/fingerprint.ts';
import { COMPANY, gatewayFault } from '../support/questions.ts';
import { sendRaw } from '../support/raw-client.ts';
import type { RawAnswer } from '../support/raw-client.ts';
import { eventually, runningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const READS = 250;
const pair = runningPair({ trust: 'federation', changes: { gateway: [[['federation', 'noticesEvery'], '500ms'], [['limits', 'publicReadsPerMinute'], READS]] } });
const clock = systemClock();
const GATEWAY = 'https://gateway.fi.example';

const anchor = (country: PairCountry): string => anchorFolder(pair.data, country);

/** As anybody reads it: without a client certificate. */
async function read(country: PairCountry, path: string): Promise<RawAnswer> {
  const { answer } = await sendRaw({ port: pair.gateway(country).ports.federation, head: [`GET ${path} HTTP/1.1`, 'host: gateway.example', 'connection: close'], patience: 5000 });
  assert.ok(answer);
  return answer;
}

async function metric(country: PairCountry, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${pair.gateway(country).ports.operations}/metrics`)).text();
  return Number(new RegExp(`^causeway_${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

test('under the anchors of both countries a question crosses, and no file of keys was exchanged', async () => {
  const answer = await COMPANY.ask(pair);
  assert.equal(gatewayFault(answer), undefined);
  assert.equal(answer.reply.status, 200);
  assert.equal(await metric('EE', 'peers_untrusted'), 0);
});

test('configuration and anchor are read without a certificate, by their own content types; everything else asks for a pinned key', async () => {
  const own = await read('FI', '/.well-known/openid-federation');
  assert.deepEqual([own.status, own.headers['content-type']], [200, 'application/entity-statement+jwt']);
  assert.equal(readConfiguration(own.body).claims.sub, GATEWAY);
  const notices = await read('FI', '/anchor/federation/notices');
  assert.deepEqual([notices.status, notices.headers['content-type']], [200, 'application/causeway-notices+jwt']);
  for (const path of ['/anchor/register.json', '/anchor/../anchor.json', '/anchor/federation/statements/..%2f..%2fregister.json', '/anchor/']) assert.equal((await read('FI', path)).status, 404, path);
  assert.equal((await read('FI', '/federation/v1/exchanges')).status, 403);
});

test("a gateway that its own anchor withdraws is refused abroad without a restart, and is believed again when it is stated again", async () => {
  await anchorWithdraw({ folder: anchor('FI'), entity: GATEWAY, reason: 'a test' }, clock.now());
  await eventually('Estonia believes nothing of Finland', async () => (await metric('EE', 'peers_untrusted')) === 1);
  assert.notEqual(gatewayFault(await COMPANY.ask(pair)), undefined);
  const ready = await fetch(`http://127.0.0.1:${pair.gateway('EE').ports.operations}/health/ready`);
  const { checks, warnings } = (await ready.json()) as { checks: { trust: boolean }; warnings: string[] };
  assert.deepEqual([ready.status, checks.trust, warnings[0]], [503, false, `no trust in ${GATEWAY}: see the log`]);
  const file = join(anchor('FI'), 'gateway.jwt');
  const { claims } = readConfiguration((await read('FI', '/.well-known/openid-federation')).body);
  await anchorIssue({ folder: anchor('FI'), file, kind: 'gateway', names: [], fingerprint: fingerprintOf({ entity: claims.sub, keys: claims.jwks.keys }) }, clock.now());
  await eventually('Estonia believes Finland again', async () => (await metric('EE', 'peers_untrusted')) === 0);
  await eventually('a question crosses', async () => gatewayFault(await COMPANY.ask(pair)) === undefined);
});

test('with its anchor out of reach, a gateway starts on what it kept', async () => {
  renameSync(join(anchor('EE'), 'public'), join(anchor('EE'), 'public-away'));
  mkdirSync(join(anchor('EE'), 'public'));
  await pair.restart('EE');
  await eventually('a question crosses', async () => gatewayFault(await COMPANY.ask(pair)) === undefined);
  rmdirSync(join(anchor('EE'), 'public'));
  renameSync(join(anchor('EE'), 'public-away'), join(anchor('EE'), 'public'));
});

test('more public reads than the limit are turned away, and exchanges are not', async () => {
  const answers: number[] = [];
  for (let reads = 0; reads <= READS && !answers.includes(503); reads += 20) answers.push(...(await Promise.all(Array.from({ length: 20 }, async () => (await read('FI', '/anchor/federation/notices')).status))));
  assert.ok(answers.includes(503));
  assert.equal(gatewayFault(await COMPANY.ask(pair)), undefined);
});
