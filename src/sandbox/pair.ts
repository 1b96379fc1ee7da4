/** The whole sandbox: two countries in this process, each with its gateway in a process of its own, as `causeway run` starts it. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DIALECT_FORMS } from '../ecosystems/dialects.ts';
import { CausewayError } from '../errors.ts';
import { RUNS, judgeUnlessProven, noteProven, proofFile } from '../exchange/mappings/proof.ts';
import { useSmallBlocks } from '../platform/buffer-blocks.ts';
import type { Clock } from '../platform/clock.ts';
import { childEnvironment } from '../platform/environment.ts';
import { startCountry } from './country.ts';
import type { CountryKit, SignaturePolicy } from './country.ts';
import { renewAnchors } from './anchors.ts';
import { freePorts, portsInRow } from './free-ports.ts';
import { gatewayFolder, setUpGateways } from './gateways.ts';
import type { SetUp } from './gateways.ts';
import type { GatewayPorts } from './party.ts';
import type { Countries, Kits } from './kits.ts';
import type { CountryCode } from './plan.ts';

/** A step that a gateway process told of. */
export interface ToldStep {
  readonly country: CountryCode;
  readonly step: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface PairOptions<K extends Kits = Kits> {
  readonly kits: K;
  readonly root: string;
  /** Folders of other releases, for the gateways that are not of this one. */
  readonly releases?: { readonly [C in keyof K]?: string };
  readonly data: string;
  readonly clock: Clock;
  /** First of eight ports in a row; absent: any free ones. */
  readonly basePort?: number;
  readonly changes?: SetUp['changes'];
  /** More environment for one gateway: a crash point, a wrong clock. */
  readonly environment?: { readonly [C in keyof K]?: Readonly<Record<string, string>> };
  readonly told?: (step: ToldStep) => void;
  /** Whether registers that can read signed questions insist on them; default `required`. */
  readonly signatures?: SignaturePolicy;
  /** How the gateways come to believe each other; `federation` is by the anchors of both countries; default `files`. */
  readonly trust?: SetUp['trust'];
}

export interface GatewayProcess {
  readonly country: CountryCode;
  readonly folder: string;
  readonly ports: GatewayPorts;
  readonly pid: number;
  /** Rejects when the process ends before it is ready, with the last lines of its log. */
  readonly ready: Promise<void>;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  signal(signal: NodeJS.Signals): void;
  /** From when it resolves on, the process ends at the first exchange that reaches the step, as in a power cut. */
  crashAt(step: string): Promise<void>;
}

export interface Pair<K extends Kits = Kits> {
  readonly countries: Countries<K>;
  readonly gateways: { readonly [C in keyof K]: GatewayProcess };
  /** Starts one gateway again after it ended; resolves when it is ready, and has it among `gateways` at once. */
  restart(country: keyof K, environment?: Readonly<Record<string, string>>): Promise<GatewayProcess>;
  close(): Promise<void>;
}

/** Rejects with `config-invalid` for a port that is taken, and when a gateway ends before it is ready, with the last lines of its log; nothing runs then. */
export async function startPair<K extends Kits>(options: PairOptions<K>): Promise<Pair<K>> {
  useSmallBlocks();
  const { kits, data, clock, root, trust = 'files' } = options;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  refuseOtherPair(data, kits);
  const [first, second] = Object.values<CountryKit>(kits);
  if (first === undefined || second === undefined) throw new Error('sandbox: a pair is of two countries');
  const [firstPorts, secondPorts] = await choosePorts(options.basePort);
  const start = async (kit: CountryKit, peer: CountryKit, ports: AllPorts) => {
    const country = await startCountry(kit, { root, peer: peer.home, folder: join(data, 'countries'), clock, port: ports.securityServer, gatewayUrl: `https://127.0.0.1:${ports.domestic}`, ...(options.signatures === undefined ? {} : { signatures: options.signatures }) });
    return { country, ports };
  };
  const sides = await Promise.all([start(first, second, firstPorts), start(second, first, secondPorts)]);
  const [a, b] = sides;
  const party = ({ country, ports }: typeof a) => ({ home: country.home, plan: country.plan, keys: country.keys, securityServer: country.securityServerUrl, ...(country.configurationAnchor === undefined ? {} : { configurationAnchor: country.configurationAnchor }), timeStamping: country.timeStamping, urlOf: country.urlOf, ports });
  await setUpGateways({ root, data, parties: [party(a), party(b)], trust, now: clock.now(), ...(options.changes === undefined ? {} : { changes: options.changes }) });
  await Promise.all(Object.keys(kits).map((country) => proveMappings(root, country, join(gatewayFolder(data, country), 'data'), clock.now())));
  const byCode = <T>(of: (side: typeof a) => T) => Object.fromEntries(sides.map((side) => [side.country.plan.country, of(side)])) as Record<keyof K, T>;
  const ports = byCode((side) => side.ports);
  const launch = (country: keyof K, environment = options.environment?.[country]) => startGateway(String(country), ports[country], { ...options, root: options.releases?.[country] ?? root }, environment ?? {});
  const gateways = byCode(({ country }) => launch(country.plan.country));
  // The timers of both anchors: their notice lists are short-lived.
  const anchors = trust === 'federation' ? setInterval(() => void renewAnchors(data, Object.keys(kits), clock.now()), ANCHORS_MS) : undefined;
  const close = async (): Promise<void> => {
    clearInterval(anchors);
    const running = Object.values<GatewayProcess>(gateways);
    for (const gateway of running) gateway.signal('SIGTERM');
    await Promise.all(running.map(({ ended }) => ended));
    await Promise.all(sides.map(({ country }) => country.close()));
  };
  try {
    await Promise.all(Object.values<GatewayProcess>(gateways).map(({ ready }) => ready));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    countries: byCode(({ country }) => country) as unknown as Countries<K>,
    gateways,
    async restart(country, environment = {}) {
      const gateway = (gateways[country] = launch(country, environment));
      await gateway.ready;
      return gateway;
    },
    close,
  };
}

/** Before either gateway starts: if one were seconds later than the other, the first would look for its peer in vain, and ask again in its own time only. */
async function proveMappings(root: string, country: string, data: string, now: number): Promise<void> {
  const order = { folder: join(root, 'mappings'), country, forms: DIALECT_FORMS, runs: RUNS };
  const { files, problems } = await judgeUnlessProven(order, proofFile(data), new AbortController().signal);
  // What is wrong, the gateway says.
  if (problems.length === 0) await noteProven(files, order, proofFile(data), now);
}

/** Milliseconds; a notice list lasts for fifteen minutes. */
const ANCHORS_MS = 5 * 60_000;

/** A trail is of one link, and keys are of one platform: a data folder is not turned into that of another pair. */
function refuseOtherPair(data: string, kits: Kits): void {
  const ours = new Map(Object.values(kits).map(({ home }) => [basename(gatewayFolder(data, home.country)), home.ecosystem]));
  for (const name of readdirSync(data).filter((entry) => entry.startsWith('gateway-'))) {
    const file = join(data, name, 'gateway.yaml');
    const ecosystem = existsSync(file) ? /^ +"?ecosystem"?: ([a-z0-9-]+)$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
    const expected = ours.get(name);
    if (expected === undefined || (ecosystem !== undefined && ecosystem !== expected)) throw new CausewayError('config-invalid', `${data} holds ${name} of another pair (${ecosystem ?? 'unknown'}): choose another --data, or delete it.`);
  }
}

function startGateway(country: CountryCode, ports: GatewayPorts, { data, root, told }: Pick<PairOptions, 'data' | 'root' | 'told'>, environment: Readonly<Record<string, string>>): GatewayProcess {
  const folder = gatewayFolder(data, country);
  const child = fork(join(root, 'src/cli/causeway.ts'), ['run', '--config', folder], {
    env: childEnvironment({ NODE_COMPILE_CACHE: join(data, 'compiled'), ...(told === undefined ? {} : { CAUSEWAY_TELL_STEPS: '1' }), ...environment }),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
  });
  const tail = keepLog(child, join(folder, 'gateway.log'));
  const ended = new Promise<number | NodeJS.Signals>((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal ?? 1)));
  const up = new Promise<void>((resolve) => {
    child.on('message', (report: { type: string; step: string; facts: Record<string, unknown> }) => {
      if (report.type === 'ready') resolve();
      if (report.type === 'step') told?.({ country, step: report.step, facts: report.facts });
    });
  });
  const failed = ended.then((how) => {
    throw new Error(`the gateway of ${country} ended (${how}) before it was ready:\n${tail()}`);
  });
  const ready = Promise.race([up, failed]);
  // Whoever killed it before it was ready knows.
  ready.catch(() => {});
  const crashAt = async (step: string): Promise<void> => {
    const armed = new Promise<void>((resolve) => child.on('message', (report: { type: string; step: string }) => report.type === 'armed' && resolve()));
    child.send({ crashAt: step });
    await armed;
  };
  return { country, folder, ports, pid: child.pid ?? 0, ready, ended, signal: (signal) => void child.kill(signal), crashAt };
}

/** Writes what the process prints to a file; returns its last lines. */
function keepLog(child: ChildProcess, file: string): () => string {
  const log = createWriteStream(file, { flags: 'a', mode: 0o600 });
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      log.write(chunk);
      tail = (tail + chunk.toString()).slice(-4000);
    });
  }
  child.once('close', () => log.end());
  return () => tail.trim().split('\n').slice(-5).join('\n');
}

interface AllPorts extends GatewayPorts {
  readonly securityServer: number;
}

async function choosePorts(basePort: number | undefined): Promise<[AllPorts, AllPorts]> {
  const ports = await (basePort === undefined ? freePorts(8) : portsInRow(basePort, 8));
  const take = (from: number): AllPorts => ({ securityServer: ports[from] ?? 0, domestic: ports[from + 1] ?? 0, federation: ports[from + 2] ?? 0, operations: ports[from + 3] ?? 0 });
  return [take(0), take(4)];
}
