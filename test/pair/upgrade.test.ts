/** One country goes on to this code while the other stays with the release before it, then follows: exchanges cross all the while, and nothing that was recorded is lost. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EE_FI } from '../../src/sandbox/kits.ts';
import { WITHOUT_ECHO } from '../support/gateway-folders.ts';
import { COMPANY, INCOME, POPULATION, gatewayFault } from '../support/questions.ts';
import { playedBy, unpackRelease } from '../support/released.ts';
import { COUNTRIES, RunningPair } from '../support/running-pair.ts';
import type { PairCountry } from '../support/running-pair.ts';

const release = unpackRelease();
const played = playedBy(release);
after(() => [release.folder, played].forEach((folder) => rmSync(folder, { recursive: true })));

/** Finland asks Estonia, and Estonia Finland. */
async function askBothWays(pair: RunningPair): Promise<void> {
  for (const question of [INCOME, COMPANY, POPULATION]) assert.equal(gatewayFault(await question.ask(pair)), undefined);
}

for (const first of COUNTRIES) {
  const second: PairCountry = first === 'EE' ? 'FI' : 'EE';
  test(`${first} runs this code and ${second} release ${release.version}: questions cross both ways, then ${second} follows`, async (context) => {
    const data = mkdtempSync(join(tmpdir(), 'causeway-pair-'));
    cpSync(played, data, { recursive: true });
    const [mixed, both] = [new RunningPair(EE_FI, data), new RunningPair(EE_FI, data)];
    // What failed leaves no gateway behind.
    context.after(() => Promise.allSettled([mixed.stop(), both.stop()]));
    // What a release does not know, its operators do not write.
    await mixed.start({ trust: 'federation', releases: { [second]: release.folder }, changes: WITHOUT_ECHO });
    assert.ok(readFileSync(`/proc/${mixed.gateway(second).pid}/cmdline`, 'utf8').includes(join(release.folder, 'src/')), 'the release itself runs');
    const before = COUNTRIES.map((country) => mixed.entries(country));
    await askBothWays(mixed);
    await mixed.stop();
    await both.start({ trust: 'federation' });
    await askBothWays(both);
    COUNTRIES.forEach((country, at) => assert.deepEqual(both.entries(country).slice(0, before[at]!.length), before[at], `${country} lost what it had recorded`));
    await both.end();
  });
}
