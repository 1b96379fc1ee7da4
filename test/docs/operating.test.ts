/** The runbook that links two countries is followed to the letter, from two empty folders until an exchange crosses, and then docs/operating.md: the pages cannot rot. Ports alone are others. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tool } from '../support/tool.ts';
import { blocksOf, readPage } from './pages.ts';
import type { Block } from './pages.ts';
import { freePorts } from '../../src/sandbox/free-ports.ts';
import { Walk } from './walk.ts';

const PAGES = ['docs/runbooks/link-two-countries.md', 'docs/operating.md'];
const FOLDERS = { ee: 'estonia', fi: 'finland', desk: '.' };
const NAMES: Readonly<Record<string, string>> = { ee: 'ESTONIA', fi: 'FINLAND' };
const PORTS = ['7100', '7101', '7102', '7103', '7200', '7201', '7202', '7203'];

test('two countries are linked from nothing as the runbook says, a query crosses, and the gateways are kept running', { skip: tool('curl') || tool('bash') }, async (t) => {
  const desk = mkdtempSync(join(tmpdir(), 'causeway-by-hand-'));
  const walk = new Walk(desk, FOLDERS);
  const hashes: string[] = [];
  (await freePorts(PORTS.length)).forEach((port, index) => walk.replace(PORTS[index] ?? '', String(port)));
  try {
    for (const block of PAGES.flatMap((page) => blocksOf(readPage(page)).map((one) => ({ ...one, page })))) {
      if (!['sh', 'yaml'].includes(block.language) || lacksItsTool(block)) continue;
      let done = false;
      await t.test(`${block.page}, line ${block.line}: ${block.text.split('\n')[0]}`, async () => {
        const printed = await walk.take(block);
        remember(block, printed, walk);
        hashes.push(...[...printed.matchAll(/^ee-fi version 1, in force from \S+: (\S{43})$/gm)].map(([, hash = '']) => hash));
        await expectations(block, printed, walk);
        done = true;
      });
      // What follows builds upon it.
      if (!done) break;
    }
    assert.equal(hashes.length, 2);
    assert.equal(hashes[0], hashes[1], 'both countries read the same agreement');
  } finally {
    await walk.close();
    rmSync(desk, { recursive: true });
  }
});

/** `needs-<program>` behind a fence: a program that this machine may be without. */
function lacksItsTool({ words }: Block): boolean {
  const needed = words.find((word) => word.startsWith('needs-'));
  return needed !== undefined && tool(needed.slice('needs-'.length)) !== false;
}

/** What a reader notes down for a later step. */
function remember({ words, text }: Block, printed: string, walk: Walk): void {
  const country = NAMES[words[0] ?? ''] ?? '';
  if (text.startsWith('causeway keys make')) {
    for (const role of ['log', 'witness', 'interval']) walk.replace(`${role.toUpperCase()}-KEY-OF-${country}`, new RegExp(`^ {2}${role} +(\\S{44})$`, 'm').exec(printed)?.[1] ?? '');
  }
  if (text.startsWith('causeway keys operator')) ['FIRST', 'SECOND'].forEach((person, index) => walk.replace(`${person}-OF-${country}`, printed.match(/^\S{44}$/gm)?.[index] ?? ''));
  if (text.startsWith('causeway link hash')) walk.replace('HASH-OF-THE-AGREEMENT', /: (\S{43})$/m.exec(printed)?.[1] ?? '');
  if (text.startsWith('causeway keys auditor')) walk.replace(`AUDITOR-OF-${country}`, printed.trim());
  if (text.includes('causeway trust export')) walk.replace(`FINGERPRINT-OF-${country}`, /^fingerprint (.+)$/m.exec(printed)?.[1] ?? '');
}

/** What the page says that its reader will see. */
async function expectations(block: Block, printed: string, walk: Walk): Promise<void> {
  if (block.text.startsWith('causeway link accept')) assert.match(printed, /all who must have approved/);
  if (block.text.startsWith('causeway config check')) assert.match(printed, /the configuration is valid/);
  if (block.text.includes('/health/ready')) assert.equal((JSON.parse(printed) as { ready: boolean }).ready, true);
  if (block.text.includes('causeway trail verify')) assert.match(printed, /: verified; 1 exchanges/);
  if (block.words.includes('first-exchange')) await askAgain(block, printed, walk);
  if (block.words.includes('crosses')) assert.equal((JSON.parse(printed) as { status?: string }).status, 'FOUND', printed);
  if (block.words.includes('taken')) assert.match(printed, /^ {2}ee\/employment-income revision 3: in-force$/m);
  if (block.words.includes('refused')) assert.match(printed, /revision 3: in-force$[^]*is not taken:[^]*^ {2}ee\/employment-income\.yaml:\d+: the neutral schema has no field "period\.until"/m);
  if (block.words.includes('mended')) assert.doesNotMatch(printed, /is not taken/);
  if (block.words.includes('suspended')) {
    assert.match(printed, /server\.gateway\.suspended/);
    assert.match(printed, /2030-01-01/);
  }
}

async function askAgain(block: Block, printed: string, walk: Walk): Promise<void> {
  const { status, incomes } = JSON.parse(printed) as { status: string; incomes: readonly unknown[] };
  assert.equal(status, 'FOUND');
  assert.ok(incomes.length > 0);
  assert.equal(await walk.take(block), printed, 'the same question gets the stored answer');
  assert.match(await walk.take({ ...block, text: block.text.replace('2025-03', '2025-04') }), /server\.gateway\.duplicate_id/);
}
