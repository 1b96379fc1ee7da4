/** A public witness as anybody may run one (C2SP tlog-witness): knows a log's key, keeps the last head that it cosigned, and sees checkpoints alone. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseAddCheckpoint } from '../../src/trail/add-checkpoint.ts';
import { openCheckpoint } from '../../src/trail/checkpoint.ts';
import { cosigner } from '../../src/trail/cosignature.ts';
import { verifyConsistency } from '../../src/trail/merkle.ts';
import { COSIGNATURE_V1, noteKeyId, rawEd25519, signatureLine } from '../../src/trail/note.ts';
import type { NoteVerifier, OneOrMore } from '../../src/trail/note.ts';
import type { TreeHead } from '../../src/trail/store.ts';
import { testKey } from './trail.ts';

export const PUBLIC_WITNESS = 'witness.example/public';

export class PublicWitnessServer {
  readonly key = testKey();
  /** Bodies that it was sent. */
  readonly seen: string[] = [];
  readonly #heads = new Map<string, TreeHead>();
  readonly #server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    const reply = async (): Promise<void> => {
      const [status, answer] = this.down || request.url !== '/add-checkpoint' ? [503, ''] : await this.answer(body);
      response.writeHead(status, { 'content-type': 'text/plain' }).end(answer);
    };
    request.on('end', () => void reply());
  });
  readonly #logs: (origin: string) => OneOrMore<NoteVerifier> | undefined;
  down = false;

  constructor(logs: (origin: string) => OneOrMore<NoteVerifier> | undefined) {
    this.#logs = logs;
  }

  get verifierKey(): string {
    const raw = rawEd25519(this.key.publicKey);
    return `${PUBLIC_WITNESS}+${Buffer.from(noteKeyId(PUBLIC_WITNESS, COSIGNATURE_V1, raw)).toString('hex')}+${Buffer.concat([Buffer.of(COSIGNATURE_V1), raw]).toString('base64')}`;
  }

  /** What it cosigned last of a shard. */
  head(origin: string): TreeHead | undefined {
    return this.#heads.get(origin);
  }

  async answer(body: string): Promise<[status: number, body: string]> {
    this.seen.push(body);
    const { old, proof, checkpoint } = parseAddCheckpoint(body);
    const log = this.#logs(checkpoint.split('\n', 1)[0] ?? '');
    if (log === undefined) return [404, ''];
    const { head, note } = openCheckpoint(checkpoint, log);
    const known = this.#heads.get(head.origin);
    if (old !== (known?.size ?? 0)) return [409, `${known?.size ?? 0}\n`];
    try {
      if (known !== undefined) verifyConsistency(known.size, head.size, known.root, head.root, proof);
    } catch {
      return [422, ''];
    }
    this.#heads.set(head.origin, head);
    return [200, `${await signatureLine(cosigner(PUBLIC_WITNESS, this.key, Date.now()), note.text)}\n`];
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
