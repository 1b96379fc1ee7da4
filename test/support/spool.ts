/** A spool in a folder of its own, for one test. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Spool } from '../../src/platform/spool.ts';
import type { SpoolScope } from '../../src/platform/spool.ts';
import type { Spooled } from '../../src/platform/spool-file.ts';

export function makeSpool(t: TestContext, options: { maxBytes?: number; memoryBytes?: number } = {}): Spool {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-spool-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return new Spool({ folder, maxBytes: 64 * 1024 * 1024, memoryBytes: 1000, ...options });
}

export function filesOf({ folder }: Spool): string[] {
  return readdirSync(folder).sort();
}

export async function spooled(scope: SpoolScope, ...pieces: Uint8Array[]): Promise<Spooled> {
  const writer = await scope.writer();
  for (const piece of pieces) await writer.add(piece);
  const content = await writer.finish();
  assert.equal(content.length, pieces.reduce((sum, { length }) => sum + length, 0));
  return content;
}

export async function readAll(content: { chunks(): AsyncIterable<Uint8Array> }): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.chunks()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Of a spool in a folder that is not there: for what must stay in memory. */
export const NO_SCOPE: SpoolScope = new Spool({ folder: '/nowhere', maxBytes: 0, memoryBytes: Number.MAX_SAFE_INTEGER }).scope();
