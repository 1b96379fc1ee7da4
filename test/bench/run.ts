/**
 * npm run bench -- <what> [--json]. Figures are of this machine and this minute; ratios are of one run.
 *   exchange (default)  [--seconds 10] [--callers 32]: what an exchange costs, and how far that is from its cryptography alone
 *   trail               [--seconds 2]: durable appends, verification, proofs, and two sides compared: 10 million exchanges that agree, 1 million with 10 differences
 *   large               [--mebibytes 1024]: messages that no memory holds: seconds, memory beyond an idle gateway's, disk given back
 *   mapping             [--seconds 0.5]: documents a second beside closures by hand, XSLT and JSONata
 */
import { parseArgs } from 'node:util';
import { benchExchanges } from './exchange.ts';
import type { ExchangeBench } from './exchange.ts';
import { benchLarge } from './large.ts';
import { benchTrail } from './trail.ts';
import { benchMappings, renderMappings } from './mapping/mapping.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false }, seconds: { type: 'string' }, mebibytes: { type: 'string', default: '1024' }, callers: { type: 'string', default: '32' } } });
const say = (text: string) => process.stderr.write(`${text}\n`);

const BENCHES: Readonly<Record<string, () => Promise<unknown>>> = {
  async exchange() {
    const bench = await benchExchanges({ seconds: Number(values.seconds ?? 25), callers: Number(values.callers) }, say);
    say(render(bench));
    return summary(bench);
  },
  large: () => benchLarge(Number(values.mebibytes), say),
  trail: () => benchTrail(Number(values.seconds ?? 2), say),
  async mapping() {
    const results = await benchMappings(Number(values.seconds ?? 0.5), say);
    say(renderMappings(results));
    return { results };
  },
};

const [what = 'exchange', ...more] = positionals;
const bench = Object.hasOwn(BENCHES, what) && more.length === 0 ? BENCHES[what] : undefined;
if (bench === undefined) {
  say(`usage: npm run bench -- [${Object.keys(BENCHES).join(' | ')}] [--json] [--seconds n] [--callers n] [--mebibytes n]`);
  process.exitCode = 2;
} else {
  const result = await bench();
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
}

function render({ runs, cryptoBound, ratio }: ExchangeBench): string {
  const lines = runs.map((run) => {
    const { cpu } = run;
    return `${run.proof.padEnd(16)} ${run.exchangesPerSecond.toFixed(0).padStart(5)} exchanges/s   p50 ${run.p50.toFixed(1)} ms  p95 ${run.p95.toFixed(1)}  p99 ${run.p99.toFixed(1)}   CPU ms an exchange: EE ${cpu.EE.toFixed(2)}, FI ${cpu.FI.toFixed(2)}, sandbox and load ${cpu.sandbox.toFixed(2)}   ${run.exchangesPerCoreSecond.toFixed(0)} exchanges/s a core of gateways   peak MiB: EE ${run.peakMiB.EE}, FI ${run.peakMiB.FI}`;
  });
  const parts = Object.entries(cryptoBound.micros).map(([name, micros]) => `  ${micros.toFixed(0).padStart(5)} µs  ${name}`);
  return `\n${lines.join('\n')}\n\ncrypto-only bound: ${cryptoBound.perSecond.toFixed(0)} exchanges/s a core\n${parts.join('\n')}\nratio of the wss run: ${ratio.toFixed(2)}`;
}

/** The wss run in front, as the ratio is of it. */
function summary({ runs, cryptoBound, ratio }: ExchangeBench) {
  const wss = runs.find(({ proof }) => proof === 'wss');
  return { exchangesPerSecond: wss?.exchangesPerSecond, p50: wss?.p50, p95: wss?.p95, p99: wss?.p99, cryptoBoundPerSecond: cryptoBound.perSecond, ratio, exchangesPerCoreSecond: wss?.exchangesPerCoreSecond, runs, cryptoBound };
}
