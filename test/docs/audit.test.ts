/** docs/audit.md, done as it says over two running gateways; and what their trails say of each other once the minutes are closed. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderReconcile, trailReconcile } from '../../src/cli/trail-reconcile.ts';
import { COMPANY, INCOME, POPULATION } from '../support/questions.ts';
import { COUNTRIES, eventually, runningPair } from '../support/running-pair.ts';
import { ROOT, blocksOf, readPage } from './pages.ts';
import { Walk } from './walk.ts';

const pair = runningPair();

test('an auditor who does what the page says is told what the page says', async () => {
  await INCOME.ask(pair);
  const folder = pair.gateway('FI').folder;
  const walk = new Walk(folder, { audit: '.' });
  await walk.take({ language: 'sh', words: ['all'], text: `causeway() { ${process.execPath} ${ROOT}/src/cli/causeway.ts "$@"; }`, line: 0 });
  walk.replace('exchange-id', pair.lastAsked('FI'));
  cpSync(join(pair.data, 'auditor-fi', 'auditor.key.pem'), join(folder, 'auditor.key.pem'));
  const said: string[] = [];
  for (const block of blocksOf(readPage('docs/audit.md')).filter(({ words }) => words.includes('audit'))) said.push(await walk.take(block));
  const expected = [/: verified; \d+ exchanges, \d+ evidence records/, /link "ee-fi", .*: both sides agree/, /no incidents/, /2 records; the access is entry \d+ of log "local"/, /request: evidence escrow, bodies opened[\s\S]*response: evidence escrow, bodies opened/, /no erasures/];
  assert.equal(said.length, expected.length);
  expected.forEach((words, at) => assert.match(said[at]!, words));
});

test('both countries recorded the same of every exchange, answered or refused: counts and roots are equal, seen from either side', async () => {
  for (const question of [INCOME, COMPANY, POPULATION]) await question.ask(pair);
  const later = Date.now() + 300_000;
  const report = (country: 'EE' | 'FI') => trailReconcile({ config: pair.gateway(country).folder, link: 'ee-fi' }, later);
  await eventually('each mirror holds what the other side recorded', async () => (await Promise.all(COUNTRIES.map(report))).every(({ ok }) => ok));
  const [ee, fi] = [await report('EE'), await report('FI')];
  assert.ok(ee.ours.count >= 8, renderReconcile(ee));
  assert.deepEqual([ee.ours, ee.theirs, ee.differences], [fi.theirs, fi.ours, []]);
  assert.deepEqual(ee.ours, ee.theirs);

  const range = { from: new Date(later - 3_600_000).toISOString(), to: new Date(later).toISOString() };
  const noteOf = (country: 'EE' | 'FI') => join(pair.data, `${country}.note`);
  for (const country of COUNTRIES) await trailReconcile({ config: pair.gateway(country).folder, link: 'ee-fi', ...range, note: noteOf(country) }, later);
  const withNote = (peerNote: string, more = range) => trailReconcile({ config: pair.gateway('EE').folder, link: 'ee-fi', ...more, peerNote }, later);
  assert.deepEqual((({ ok, peerNote }) => [ok, peerNote])(await withNote(noteOf('FI'))), [true, 'agrees']);
  assert.deepEqual((({ ok, peerNote }) => [ok, peerNote])(await withNote(noteOf('FI'), { ...range, from: new Date(later - 7_200_000).toISOString() })), [false, 'differs'], 'a note of another range');
  await assert.rejects(withNote(noteOf('EE')), { code: 'statement-untrusted' }, 'our own note is not the one of the peer');
  const changed = join(pair.data, 'changed.note');
  writeFileSync(changed, readFileSync(noteOf('FI'), 'utf8').replace(/\n(\d+)\n([A-Za-z0-9+/]{43}=)/, '\n9$1\n$2'));
  await assert.rejects(withNote(changed), { code: 'statement-invalid' });
  await assert.rejects(trailReconcile({ config: pair.gateway('EE').folder, link: 'ee-lv' }, later), { code: 'config-invalid' });
  await assert.rejects(trailReconcile({ config: pair.gateway('EE').folder, link: 'ee-fi', from: 'yesterday' }, later), { code: 'config-invalid' });
});
