/**
 * A pair whose home sides take messages of any size: a caller of Finland that shows the certificate of its security server, and a stand-in for Estonia's security server
 * with services behind it. Neither holds a message in memory. Services: one REST and one SOAP that cross unmapped, and the population register with attachments.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request as httpsRequest } from 'node:https';
import type { Server } from 'node:https';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseDocument } from 'yaml';
import { load, sha256Of } from '../../src/platform/content.ts';
import { Collector } from '../../src/platform/collect.ts';
import { parseMediaType } from '../../src/platform/media-type.ts';
import { readMultipart } from '../../src/platform/multipart.ts';
import type { Spool } from '../../src/platform/spool.ts';
import { isForwarded, travellingHeaders } from '../../src/sandbox/security-server/rest-hash.ts';
import { WITHOUT_ECHO, change } from './gateway-folders.ts';
import type { PairChanges } from './running-pair.ts';

const ROOT = join(import.meta.dirname, '../..');
const CLIENT = 'FI/MUN/0101263-6/vaestotiedot';
export const FILES = { service: 'EE/GOV/70008440/rr/files', operation: { method: 'POST', template: '/files/{name}' } };
export const DOCUMENTS = { service: 'EE/GOV/70008440/rr/documents/v1', operation: { name: 'documents' } };

/** Copies the mappings into `folder` with the services of these tests among them. */
export function largeMappings(folder: string): string {
  cpSync(join(ROOT, 'mappings'), folder, { recursive: true });
  add(join(folder, 'fi/services.yaml'), 'imported', [
    { ...FILES, home: { dialect: 'xroad-rest', subsystem: 'EE-rr', service: 'files', operation: FILES.operation }, path: '/services/ee-files', mapping: 'passthrough' },
    { ...DOCUMENTS, home: { dialect: 'xroad-soap', subsystem: 'EE-rr', service: 'documents', version: 'v1' }, path: '/services/ee-documents', mapping: 'passthrough' },
  ]);
  // Its answers go to Finland's callers as MTOM.
  change(join(folder, 'fi/services.yaml'), [[['imported', 0, 'home', 'attachments'], 'mtom']]);
  add(join(folder, 'ee/services.yaml'), 'exported', [
    { ...FILES, dialect: 'xroad-rest', mapping: 'passthrough' },
    { ...DOCUMENTS, dialect: 'xroad-soap', mapping: 'passthrough' },
  ]);
  return folder;
}

/** What both gateways' files get: `home` is the URL of Estonia's stand-in. */
export function largeChanges(mappings: string, home: string, maxBytes: string): PairChanges {
  const grant = { client: CLIENT, purpose: 'documents', neutral: 'passthrough', proof: 'security-server', idempotent: false, maxBytes, attachments: 999, minBudget: '500ms', maxBudget: '10m', quota: 60_000 };
  const population = ['agreement', 'legs', 0, 'grants', 1];
  return {
    gateway: [
      ...WITHOUT_ECHO.gateway,
      [['mappings'], mappings],
      [['home', 'securityServers', 0, 'url'], home],
      [['home', 'timeout'], '8m'],
      [['home', 'waits'], { agency: '12m', securityServer: '11m', register: '7m' }],
      [['limits'], { bodyBytes: maxBytes, answerBytes: maxBytes, requestTimeout: '10m', memoryBytes: '64KiB' }],
    ],
    link: [
      ...WITHOUT_ECHO.link,
      [[...population, 'proof'], 'security-server'],
      [[...population, 'attachments'], 5],
      [[...population, 'maxBytes'], maxBytes],
      // As long as the gateways wait for their services.
      ...([[0, 0], [0, 1], [1, 0]] as const).map(([leg, at]) => [['agreement', 'legs', leg, 'grants', at, 'maxBudget'], '10m'] as const),
      [['agreement', 'legs', 0, 'grants', 2], { ...FILES, ...grant }],
      [['agreement', 'legs', 0, 'grants', 3], { ...DOCUMENTS, ...grant }],
    ],
  };
}

function add(file: string, list: string, services: readonly object[]): void {
  const document = parseDocument(readFileSync(file, 'utf8'));
  for (const service of services) document.addIn([list], document.createNode(JSON.parse(JSON.stringify(service))));
  writeFileSync(file, document.toString());
}

/** Bytes that are made when they are read, the same each time. */
export class Made {
  readonly length: number;
  readonly #block = randomBytes(1024 * 1024);

  constructor(length: number) {
    this.length = length;
  }

  *blocks(): Generator<Buffer> {
    for (let at = 0; at < this.length; at += this.#block.length) {
      this.#block.writeUInt32BE(Math.floor(at / this.#block.length));
      yield Buffer.from(this.#block.subarray(0, Math.min(this.#block.length, this.length - at)));
    }
  }

  sha256(): string {
    const hash = createHash('sha256');
    for (const block of this.blocks()) hash.update(block);
    return hash.digest('base64url');
  }
}

export type Source = Buffer | Made;

function* bytesOf(pieces: readonly Source[]): Generator<Buffer> {
  for (const piece of pieces) {
    if (piece instanceof Made) yield* piece.blocks();
    else yield piece;
  }
}

export function lengthOf(pieces: readonly Source[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

export interface SentPart {
  readonly headers: string;
  readonly content: Source;
}

/** A multipart body of its pieces, with a boundary that never occurs in them. */
export function multipart(parts: readonly SentPart[], boundary: string): Source[] {
  return [...parts.flatMap(({ headers, content }) => [Buffer.from(`--${boundary}\r\n${headers}\r\n`), content, Buffer.from('\r\n')]), Buffer.from(`--${boundary}--\r\n`)];
}

export interface TakenPart {
  readonly headers: string;
  readonly length: number;
  readonly sha256: string;
  /** Of parts that are small. */
  readonly text: string;
}

export interface Taken {
  readonly status: number;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly headerLines: readonly (readonly [string, string])[];
  /** The body, or the parts of a multipart one. */
  readonly parts: readonly TakenPart[];
  /** base64 SHA-512 of the whole body, and of the first part. */
  readonly sha512: Buffer;
}

/** Reads a message in files of `spool`, whatever its size. */
export async function take(message: IncomingMessage, spool: Spool): Promise<Taken> {
  const scope = spool.scope();
  try {
    const collector = new Collector(scope);
    const sha512 = createHash('sha512');
    for await (const chunk of message as AsyncIterable<Buffer>) {
      sha512.update(chunk);
      await collector.add(chunk);
    }
    const body = await collector.end();
    const contentType = message.headers['content-type'] ?? '';
    const found = contentType.startsWith('multipart/')
      ? await readMultipart(body, parseMediaType(contentType).parameters.get('boundary') ?? '', { maxParts: 100_000, maxHeaderBytes: 65_536 })
      : [{ headers: new Uint8Array(), content: body, sha256: await sha256Of(body) }];
    const parts = await Promise.all(found.map(async ({ headers, content, sha256 }) => ({ headers: Buffer.from(headers).toString('latin1'), length: content.length, sha256, text: content.length > 200_000 ? '' : Buffer.from(await load(content, 200_000)).toString('utf8') })));
    return { ...headOf(message), parts, sha512: sha512.digest() };
  } finally {
    await scope.dispose();
  }
}

/** All of a message but its body. */
export function headOf({ statusCode, method, url, headers, rawHeaders }: IncomingMessage): Omit<Taken, 'parts' | 'sha512'> {
  return {
    status: statusCode ?? 0,
    method: method ?? '',
    target: url ?? '',
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    headerLines: Array.from({ length: rawHeaders.length / 2 }, (_, at) => [rawHeaders[2 * at] ?? '', rawHeaders[2 * at + 1] ?? ''] as const),
  };
}

/** How an end of these exchanges reads what comes: in files of a spool, or, in the bench, in passing. */
export type Take = (message: IncomingMessage) => Promise<Taken>;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: readonly Source[];
}

export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

/** Asks a gateway as a security server does. Rejects when the connection breaks. */
export async function ask(url: string, identity: Identity, head: { readonly method?: string; readonly headers: Readonly<Record<string, string>> }, pieces: readonly Source[], taking: Take): Promise<Taken> {
  const outgoing = httpsRequest(url, { method: head.method ?? 'POST', headers: { ...head.headers, 'content-length': String(lengthOf(pieces)) }, key: identity.key, cert: identity.certificate, rejectUnauthorized: false, agent: false });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  // What breaks behind the head of an answer shows where it is read.
  outgoing.on('error', () => {});
  await Promise.all([answered, pipeline(Readable.from(bytesOf(pieces), { objectMode: false }), outgoing).catch((error: unknown) => {
    // A refusal may come before everything is sent.
    if (!(error instanceof Error && 'code' in error && ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(error.code)))) throw error;
  })]);
  return taking((await answered)[0]);
}

export type Service = (taken: Taken) => Promise<Answer> | Answer;

/** Estonia's security server with services behind it: SOAP at `/`, REST below `/r1/`. */
export class Home {
  readonly url: string;
  readonly #server: Server;
  soap: Service = () => ({ status: 500, headers: {}, pieces: [] });
  rest: Service = () => ({ status: 500, headers: {}, pieces: [] });
  /** What came, in order. */
  readonly taken: Taken[] = [];

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async start(port: number, identity: Identity, taking: Take): Promise<Home> {
    const server = createServer({ key: identity.key, cert: identity.certificate, requestCert: true, rejectUnauthorized: false, requestTimeout: 0 });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const home = new Home(server, `https://127.0.0.1:${port}`);
    server.on('request', (request, response) => void home.#serve(request, response, taking).catch(() => response.destroy()));
    return home;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse, taking: Take): Promise<void> {
    const taken = await taking(request);
    this.taken.push(taken);
    const rest = taken.target.startsWith('/r1/');
    const { status, headers, pieces } = await (rest ? this.rest : this.soap)(taken);
    const added = rest ? xroadHeaders(taken) : {};
    response.writeHead(status, { ...headers, ...added, 'content-length': lengthOf(pieces) });
    await pipeline(Readable.from(bytesOf(pieces), { objectMode: false }), response);
  }
}

/** What a security server adds to a REST answer: who asked what, and the hash of exactly what came (PR-REST, section 4.3). */
function xroadHeaders({ method, target, headers, headerLines, sha512, parts }: Taken): Record<string, string> {
  const lines = [...travellingHeaders(headerLines).filter(([name]) => isForwarded(name)), ['x-road-request-id', 'r-1'] as const];
  const head = createHash('sha512').update(`${method}\r\n${target}\r\n${lines.map(([name, value]) => `${name}:${value}\r\n`).join('')}`).digest();
  const hash = lengthOf(parts.map(({ length }) => ({ length }) as Source)) === 0 ? head : createHash('sha512').update(Buffer.concat([head, sha512])).digest();
  const service = target.split('/').slice(2, 7).join('/');
  return { 'x-road-id': headers['x-road-id'] ?? '', 'x-road-client': headers['x-road-client'] ?? '', 'x-road-service': service, 'x-road-request-id': 'r-1', 'x-road-request-hash': hash.toString('base64') };
}

/** The X-Road headers of a SOAP answer: those of the request, and the hash of its envelope. `sent`: the root part as it came. */
export function answerHeaders(sent: string): string {
  const header = /<(?:[\w-]+:)?Header\b[^>]*>([\s\S]*)<\/(?:[\w-]+:)?Header>/.exec(sent)?.[1] ?? '';
  const hash = createHash('sha512').update(sent).digest('base64');
  return `${header}<xrd:requestHash xmlns:xrd="http://x-road.eu/xsd/xroad.xsd" algorithmId="http://www.w3.org/2001/04/xmlenc#sha512">${hash}</xrd:requestHash>`;
}

const NS = 'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xrd="http://x-road.eu/xsd/xroad.xsd" xmlns:id="http://x-road.eu/xsd/identifiers"';

export function envelope(header: string, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope ${NS}><soapenv:Header>${header}</soapenv:Header><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
}

/** A question of the Finnish municipality to a service of the gateway's own member. */
export function question(service: string, version: string, id: string, body: string): string {
  const member = '<id:xRoadInstance>FI</id:xRoadInstance><id:memberClass>MUN</id:memberClass><id:memberCode>0101263-6</id:memberCode><id:subsystemCode>vaestotiedot</id:subsystemCode>';
  const asked = `<id:xRoadInstance>FI</id:xRoadInstance><id:memberClass>GOV</id:memberClass><id:memberCode>0245437-2</id:memberCode><id:subsystemCode>EE-rr</id:subsystemCode><id:serviceCode>${service}</id:serviceCode><id:serviceVersion>${version}</id:serviceVersion>`;
  return envelope(`<xrd:client id:objectType="SUBSYSTEM">${member}</xrd:client><xrd:service id:objectType="SERVICE">${asked}</xrd:service><xrd:userId>FI010101-0101</xrd:userId><xrd:id>${id}</xrd:id><xrd:protocolVersion>4.0</xrd:protocolVersion>`, body);
}

/** Headers of the same member's REST question. */
export function restHeaders(id: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { 'x-road-client': 'FI/MUN/0101263-6/vaestotiedot', 'x-road-id': id, ...more };
}
