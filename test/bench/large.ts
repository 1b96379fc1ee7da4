/**
 * Messages that no memory holds, across both gateways in their own processes: seconds, memory beyond what an idle gateway that is warm has, and what is left on disk. Both ends
 * make and hash their bytes in passing and keep none.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/platform/clock.ts';
import { freePorts } from '../../src/sandbox/free-ports.ts';
import { EE_FI } from '../../src/sandbox/kits.ts';
import type { EeFi } from '../../src/sandbox/kits.ts';
import { startPair } from '../../src/sandbox/pair.ts';
import type { Pair } from '../../src/sandbox/pair.ts';
import { Home, Made, answerHeaders, ask, envelope, headOf, largeChanges, largeMappings, multipart, question, restHeaders } from '../support/large-pair.ts';
import type { Source, Taken, TakenPart } from '../support/large-pair.ts';
import { cpuMs, peakMiB, resetPeak, residentMiB } from './processes.ts';

const MIB = 1024 * 1024;
const COUNTRIES = ['EE', 'FI'] as const;
type Both = { readonly EE: number; readonly FI: number };

interface Run {
  readonly what: string;
  readonly mebibytes: number;
  readonly seconds: number;
  readonly mebibytesPerSecond: number;
  /** Peak resident memory over that of the idle gateway before it, MiB. */
  readonly extraMemoryMiB: Both;
  /** Seconds of CPU. */
  readonly cpu: Both;
}

export interface LargeBench {
  /** The largest of all runs and both gateways. */
  readonly extraMemoryMiB: number;
  readonly seconds: number;
  readonly runs: readonly Run[];
  /** Ten thousand MIME parts, which are refused. */
  readonly parts: Run;
}

/** Throws when a digest is another one at the far end, and when a temporary file is left. */
export async function benchLarge(mebibytes: number, say: (text: string) => void): Promise<LargeBench> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-bench-'));
  const [port = 0] = await freePorts(1);
  const changes = largeChanges(largeMappings(join(folder, 'mappings')), `https://127.0.0.1:${port}`, `${mebibytes + 64}MiB`);
  const pair = await startPair({ kits: EE_FI, root: resolve(import.meta.dirname, '../..'), data: join(folder, 'pair'), clock: systemClock(), changes: { ...changes, gateway: [...(changes.gateway ?? []), [['limits', 'memoryBytes'], '1MiB']] } });
  const home = await Home.start(port, pair.countries.EE.keys.securityServer, inPassing);
  const bench = new Bench(pair, home, say);
  try {
    return await bench.run(mebibytes);
  } finally {
    await pair.close();
    await home.close();
    rmSync(folder, { recursive: true });
  }
}

class Bench {
  readonly #pair: Pair<EeFi>;
  readonly #home: Home;
  readonly #say: (text: string) => void;
  #asked = 0;

  constructor(pair: Pair<EeFi>, home: Home, say: (text: string) => void) {
    this.#pair = pair;
    this.#home = home;
    this.#say = say;
  }

  async run(mebibytes: number): Promise<LargeBench> {
    this.#say('warming up');
    for (let n = 0; n < 100; n += 1) {
      await this.#restBody(200_000);
      await this.#soapAttachment(200_000);
    }
    const runs = [
      await this.#measure('REST body', mebibytes, () => this.#restBody(mebibytes * MIB)),
      await this.#measure('REST answer', mebibytes, () => this.#restAnswer(mebibytes * MIB)),
      await this.#measure('SOAP attachment', mebibytes, () => this.#soapAttachment(mebibytes * MIB)),
    ];
    const parts = await this.#measure('10,000 MIME parts', 10_000 / 1024, () => this.#manyParts(10_000));
    await this.#crash(Math.min(mebibytes, 64) * MIB);
    return { extraMemoryMiB: Math.max(...runs.flatMap(({ extraMemoryMiB }) => Object.values(extraMemoryMiB))), seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0), runs, parts };
  }

  async #measure(what: string, mebibytes: number, work: () => Promise<void>): Promise<Run> {
    // What the last run left is swept by then.
    await sleep(2000);
    const idle = this.#each((pid) => residentMiB(pid));
    this.#each((pid) => resetPeak(pid));
    const before = this.#each((pid) => cpuMs(pid));
    const started = performance.now();
    await work();
    const seconds = (performance.now() - started) / 1000;
    const [peak, after] = [this.#each((pid) => peakMiB(pid)), this.#each((pid) => cpuMs(pid))];
    await this.#diskGivenBack();
    const run = { what, mebibytes, seconds, mebibytesPerSecond: mebibytes / seconds, extraMemoryMiB: { EE: peak.EE - idle.EE, FI: peak.FI - idle.FI }, cpu: { EE: (after.EE - before.EE) / 1000, FI: (after.FI - before.FI) / 1000 } };
    this.#say(`${what.padEnd(17)} ${mebibytes.toFixed(0)} MiB in ${seconds.toFixed(1)} s, ${run.mebibytesPerSecond.toFixed(0)} MiB/s; memory beyond idle: EE ${run.extraMemoryMiB.EE} MiB (of ${idle.EE}), FI ${run.extraMemoryMiB.FI} MiB (of ${idle.FI}); CPU: EE ${run.cpu.EE.toFixed(1)} s, FI ${run.cpu.FI.toFixed(1)} s`);
    return run;
  }

  #each<T>(of: (pid: number) => T): { EE: T; FI: T } {
    return { EE: of(this.#pair.gateways.EE.pid), FI: of(this.#pair.gateways.FI.pid) };
  }

  async #restBody(length: number): Promise<void> {
    const sent = new Made(length);
    this.#home.rest = () => ({ status: 200, headers: { 'content-type': 'text/plain' }, pieces: [Buffer.from('taken')] });
    const answer = await this.#post('/services/ee-files/files/large.bin', restHeaders(this.#id(), { 'content-type': 'application/octet-stream' }), [sent]);
    if (answer.parts[0]?.text !== 'taken') throw new Error(`the answer is ${answer.status} ${answer.parts[0]?.text}`);
    same(this.#home.taken.at(-1)?.parts[0], sent);
  }

  async #restAnswer(length: number): Promise<void> {
    const back = new Made(length);
    this.#home.rest = () => ({ status: 200, headers: { 'content-type': 'application/octet-stream' }, pieces: [back] });
    same((await this.#post('/services/ee-files/files/large.bin', restHeaders(this.#id()), [Buffer.from('?')])).parts[0], back);
  }

  async #soapAttachment(length: number): Promise<void> {
    const sent = new Made(length);
    this.#home.soap = (taken) => ({ status: 200, headers: { 'content-type': 'text/xml' }, pieces: [Buffer.from(envelope(answerHeaders(taken.parts[0]?.text ?? ''), '<d:documentsResponse xmlns:d="urn:documents"/>'))] });
    const root = question('documents', 'v1', this.#id(), '<d:documents xmlns:d="urn:documents"/>');
    const pieces = multipart([{ headers: 'Content-Type: text/xml; charset=UTF-8\r\nContent-ID: <root>\r\n', content: Buffer.from(root) }, { headers: 'Content-Type: application/octet-stream\r\nContent-ID: <large>\r\n', content: sent }], 'b-0-u-n-d');
    const answer = await this.#post('/services/ee-documents', { 'content-type': 'multipart/related; type="text/xml"; start="<root>"; boundary="b-0-u-n-d"', 'soapaction': '""' }, pieces);
    if (answer.status !== 200) throw new Error(`the answer is ${answer.status} ${answer.parts[0]?.text}`);
    same(this.#home.taken.at(-1)?.parts[1], sent);
  }

  async #manyParts(parts: number): Promise<void> {
    const others = Array.from({ length: parts - 1 }, (_, at) => ({ headers: `Content-Type: application/octet-stream\r\nContent-ID: <${at}@parts>\r\n`, content: Buffer.alloc(1024, at) }));
    const root = question('documents', 'v1', this.#id(), '<d:documents xmlns:d="urn:documents"/>');
    const pieces = multipart([{ headers: 'Content-Type: text/xml; charset=UTF-8\r\nContent-ID: <root>\r\n', content: Buffer.from(root) }, ...others], 'b-0-u-n-d');
    const answer = await this.#post('/services/ee-documents', { 'content-type': 'multipart/related; type="text/xml"; start="<root>"; boundary="b-0-u-n-d"', 'soapaction': '""' }, pieces);
    if (!/MIME parts/.test(answer.parts[0]?.text ?? '')) throw new Error(`ten thousand parts were not refused: ${answer.status}`);
  }

  /** The gateway that is asked is killed while the payload comes; the message arrives all the same, once, and no temporary file is left. */
  async #crash(length: number): Promise<void> {
    const taken = this.#home.taken.length;
    const crossing = this.#restBody(length);
    const temporary = () => this.#files('EE').some((name) => name.startsWith('temporary-'));
    while (!temporary()) await sleep(2);
    this.#pair.gateways.EE.signal('SIGKILL');
    await this.#pair.gateways.EE.ended;
    await this.#pair.restart('EE');
    await crossing;
    if (this.#home.taken.length !== taken + 1) throw new Error('the message was not handed over once');
    await this.#diskGivenBack();
    this.#say(`killed in the middle: ${length / MIB} MiB crossed after the restart, once; no temporary file is left`);
  }

  #post(path: string, headers: Readonly<Record<string, string>>, pieces: readonly Source[]): Promise<Taken> {
    return ask(`https://127.0.0.1:${this.#pair.gateways.FI.ports.domestic}${path}`, this.#pair.countries.FI.keys.securityServer, { headers }, pieces, inPassing);
  }

  #id(): string {
    return `large-${(this.#asked += 1)}`;
  }

  async #diskGivenBack(): Promise<void> {
    for (const country of COUNTRIES) {
      for (let n = 0; this.#files(country).some((name) => name.startsWith('temporary-')); n += 1) {
        if (n === 50) throw new Error(`temporary files of ${country} are left`);
        await sleep(100);
      }
    }
  }

  #files(country: 'EE' | 'FI'): string[] {
    return readdirSync(join(this.#pair.gateways[country].folder, 'data/spool'));
  }
}

function same(taken: TakenPart | undefined, sent: Made): void {
  if (taken?.length !== sent.length || taken.sha256 !== sent.sha256()) throw new Error(`${sent.length} bytes were sent, and ${taken?.length ?? 0} others came`);
}

/** The body, or root and attachment of a multipart message: hashed as they come, and never held. */
async function inPassing(message: IncomingMessage): Promise<Taken> {
  const sha512 = createHash('sha512');
  const boundary = /boundary="?([^";]+)/.exec(message.headers['content-type'] ?? '')?.[1];
  const length = Number(message.headers['content-length']);
  const parts = boundary === undefined ? new Hashed('', length) : new Parts(boundary, length);
  for await (const chunk of message as AsyncIterable<Buffer>) {
    sha512.update(chunk);
    parts.add(chunk);
  }
  return { ...headOf(message), parts: parts.end(), sha512: sha512.digest() };
}

const SMALL = 64 * 1024;

/** One content of a known length. */
class Hashed {
  readonly #headers: string;
  readonly #length: number;
  readonly #sha256 = createHash('sha256');
  #text = '';
  #taken = 0;

  constructor(headers: string, length: number) {
    this.#headers = headers;
    this.#length = length;
  }

  /** What is behind it. */
  add(bytes: Buffer): Buffer {
    const own = bytes.subarray(0, this.#length - this.#taken);
    this.#taken += own.length;
    this.#sha256.update(own);
    if (this.#length <= SMALL) this.#text += own.toString();
    return bytes.subarray(own.length);
  }

  end(): TakenPart[] {
    return [{ headers: this.#headers, length: this.#taken, sha256: this.#sha256.digest('base64url'), text: this.#text }];
  }
}

/** A root of some kilobytes, and one attachment that fills the rest. */
class Parts {
  readonly #opening: string;
  readonly #ending: string;
  readonly #length: number;
  #head: Buffer = Buffer.alloc(0);
  #tail = '';
  #parts: readonly [Hashed, Hashed] | undefined;

  constructor(boundary: string, length: number) {
    this.#opening = `--${boundary}\r\n`;
    this.#ending = `\r\n--${boundary}--\r\n`;
    this.#length = length;
  }

  add(chunk: Buffer): void {
    if (this.#parts !== undefined) this.#tail += this.#parts[1].add(chunk).toString('latin1');
    else this.#read(Buffer.concat([this.#head, chunk]));
  }

  end(): TakenPart[] {
    if (this.#parts === undefined || this.#tail !== this.#ending) throw new Error('not a multipart message of a root and an attachment');
    return this.#parts.flatMap((part) => part.end());
  }

  #read(head: Buffer): void {
    this.#head = head;
    const found = new RegExp(`^${literal(this.#opening)}([^]*?\r\n)\r\n([^]*?)\r\n${literal(this.#opening)}([^]*?\r\n)\r\n`).exec(head.toString('latin1'));
    if (found === null) return;
    const [all, rootHeaders = '', root = '', headers = ''] = found;
    const parts = [new Hashed(rootHeaders, root.length), new Hashed(headers, this.#length - all.length - this.#ending.length)] as const;
    parts[0].add(Buffer.from(root, 'latin1'));
    this.#parts = parts;
    this.add(head.subarray(all.length));
  }
}

function literal(text: string): string {
  return text.replace(/[^\w\s]/g, '\\$&');
}
