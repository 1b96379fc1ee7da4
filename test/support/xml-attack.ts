/** Attacks on the parsers themselves: both refuse with the same code, quickly, and take the harmless control. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ErrorCode } from '../../src/errors.ts';
import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import type { XmlElement } from '../../src/stages.ts';
import { parseDom } from '../../src/xml/dom.ts';
import { parseXml } from '../../src/xml/parse.ts';
import { assertRefused } from './refused.ts';

const PARSERS: Readonly<Record<string, (bytes: Uint8Array) => XmlElement>> = {
  'libxml2': (bytes) => parseXml(bytes, DEFAULT_XML_LIMITS),
  'xmldom': (bytes) => parseDom(bytes, DEFAULT_XML_LIMITS).root,
};

/** A bomb must be refused before it costs: reading its bytes once is all that may happen. */
const MAX_MS = 1_000;
const MAX_MEMORY_BYTES = 64 * 1024 * 1024;

export interface XmlAttack {
  readonly bytes: () => string | Uint8Array;
  readonly control: () => string | Uint8Array;
  readonly code: ErrorCode;
}

export function refusesXml(title: string, { bytes, control, code }: XmlAttack): void {
  describe(title, () => {
    for (const [name, parse] of Object.entries(PARSERS)) {
      it(`the harmless document is read (${name})`, () => {
        assert.ok(parse(toBytes(control())).name.length > 0);
      });
      it(`refused with ${code}, at little cost (${name})`, async () => {
        const attack = toBytes(bytes());
        const before = { ms: performance.now(), rss: process.memoryUsage().rss };
        await assertRefused(() => parse(attack), code);
        assert.ok(performance.now() - before.ms < MAX_MS, 'took too long');
        assert.ok(process.memoryUsage().rss - before.rss < MAX_MEMORY_BYTES, 'took too much memory');
      });
    }
  });
}

function toBytes(document: string | Uint8Array): Uint8Array {
  return typeof document === 'string' ? Buffer.from(document, 'utf8') : document;
}
