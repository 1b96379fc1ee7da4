/** docs/ecosystems-add.md is followed to the letter on a copy of the repository, and its dialect carries an exchange over a running pair, in both gateways. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { connect } from '../../src/platform/http-client.ts';
import type { HttpMessage } from '../../src/platform/http-client.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { pinOf } from '../../src/sandbox/pki/credentials.ts';
import { listen } from '../../src/sandbox/wire.ts';
import type { Incoming } from '../../src/sandbox/wire.ts';
import { WITHOUT_ECHO } from '../support/gateway-folders.ts';
import { RunningPair } from '../support/running-pair.ts';
import { tool } from '../support/tool.ts';
import { ROOT, blocksOf, readPage } from './pages.ts';
import type { Block } from './pages.ts';
import { Walk } from './walk.ts';

const COPIED = ['src', 'mappings', 'federation-config', 'package.json', 'tsconfig.json'];

test('a stranger adds an ecosystem as docs/ecosystems-add.md says', { skip: tool('bash') }, async (t) => {
  const desk = mkdtempSync(join(tmpdir(), 'causeway-add-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(desk, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(desk, 'node_modules'));
  const walk = new Walk(desk, { desk: '.' });
  // Never start.mjs in a copy: it would install into the folder that the link leads to.
  walk.replace('npm run causeway --', `'${process.execPath}' src/cli/causeway.ts`);
  try {
    for (const block of blocksOf(readPage('docs/ecosystems-add.md'))) await t.test(`line ${block.line}: ${block.words.join(' ')}`, () => takes(block, desk, walk));
    await t.test('it compiles', () => {
      writeFileSync(join(desk, 'tsconfig.json'), readFileSync(join(desk, 'tsconfig.json'), 'utf8').replace('["src", "test"]', '["src"]'));
      const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', desk], { encoding: 'utf8' });
      assert.equal(stdout + stderr, '');
    });
    await t.test('a question crosses by pigeon, and its answer comes back', () => crosses(desk));
  } finally {
    await walk.close();
    rmSync(desk, { recursive: true });
  }
});

/** What an editor does with code; everything else is a file or a command. */
async function takes(block: Block, desk: string, walk: Walk): Promise<void> {
  const { language, words: [first = '', second = ''], text } = block;
  if (language !== 'ts') return assert.doesNotMatch(await walk.take(block), /pigeon\S*\.yaml:\d+:\d+: (?!warning)/);
  const file = join(desk, first === 'line' ? second : first);
  mkdirSync(dirname(file), { recursive: true });
  const before = first === 'line' ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, first === 'line' ? before.replace(/^};$/m, `${text}};`) : text);
  if (first === 'line') assert.notEqual(readFileSync(file, 'utf8'), before);
}

/** Estonia's post office forwards a bank's question to the gateway; Finland's hands it to the register, which stands here. */
async function crosses(root: string): Promise<void> {
  const pair = new RunningPair(EE_FI);
  const asked: HttpMessage[] = [];
  await pair.start({ root, changes: WITHOUT_ECHO });
  const { EE, FI } = pair.countries;
  const register = await listen({ port: 0, identity: FI.keys.securityServer, authority: FI.keys.tlsAuthority.certificate, maxBytes: 100_000, handler: async (incoming) => answer(incoming, asked) });
  const office = connect({ origin: `https://127.0.0.1:${pair.gateway('EE').ports.domestic}`, tls: { key: EE.keys.securityServer.key, cert: EE.keys.securityServer.certificate, pins: [pinOf(EE.keys.gateway.tls)] }, connections: 1 });
  const ask = async (number: string) => {
    const headers = { 'pigeon-from': 'EE/COM/10137319/pank', 'pigeon-number': `ee-${number}` };
    const { status, headers: got, body } = await office.send({ method: 'GET', target: `/services/fi-companies/companies/${number}`, headers, body: new Uint8Array() }, { signal: AbortSignal.timeout(20_000), maxBytes: 100_000 });
    return { status, number: got['pigeon-number'], body: JSON.parse(Buffer.from(body).toString()) as Record<string, unknown> };
  };
  try {
    await pair.reconfigure({ gateway: [[['home', 'securityServers', 0, 'url'], register.url]] }, ['FI']);
    assert.deepEqual(await ask('2077474-0'), { status: 200, number: 'ee-2077474-0', body: { companies: [{ number: '2077474-0', name: 'Kyyhkynen Oy', state: 'registered', since: '1999-12-31' }] } });
    const [request] = asked;
    assert.ok(request !== undefined);
    const { method, target, headers } = request;
    assert.deepEqual([method, target, headers['pigeon-from'], headers['pigeon-to']], ['GET', '/companies/2077474-0', 'FI/GOV/0245437-2/EE-COM-10137319-pank', 'FI/GOV/0244683-1/prh/companies']);
    assert.match(headers['pigeon-number'] ?? '', /^[0-9a-f-]{36}$/, 'towards the register the number is the exchange id');
    assert.deepEqual((await ask('0244683-1')).body, {}, 'not found is an answer');
    const lost = await ask('0245437-2');
    assert.deepEqual([lost.status, lost.body['code'], lost.body['country']], [502, 'service-answer-invalid', 'FI'], 'an answer under another number is none');
  } finally {
    await office.close();
    await register.close();
    await pair.end();
  }
}

async function answer({ message }: Incoming, asked: HttpMessage[]) {
  asked.push(message);
  const found = message.target.endsWith('2077474-0') ? { companies: [{ number: '2077474-0', name: 'Kyyhkynen Oy', state: 'registered', since: '1999-12-31' }] } : {};
  const number = message.target.endsWith('0245437-2') ? 'another' : (message.headers['pigeon-number'] ?? '');
  return { status: 200, headers: { 'content-type': 'application/json', 'pigeon-number': number }, body: Buffer.from(JSON.stringify(found)) };
}
