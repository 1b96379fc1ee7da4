import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { chunkedLength } from '../../src/crypto/chunked.ts';
import { Quotas, authoriseInbound } from '../../src/exchange/authorise.ts';
import { open } from '../../src/federation/open.ts';
import type { SealedBytes } from '../../src/federation/peer-client.ts';
import { load } from '../../src/platform/content.ts';
import type { Opened } from '../../src/stages.ts';
import { TOLERANCE, authenticateAtEe } from '../support/exchange.ts';
import { DOCUMENT, handmadeRequest } from '../support/handmade.ts';
import type { Bends, RawFrame } from '../support/handmade.ts';
import { assertRefused } from '../support/refused.ts';
import { NOW, makePair } from '../support/sides.ts';
import { makeSpool, spooled } from '../support/spool.ts';

// Attachments that do not fit in memory come in a file and are opened into another, chunk by chunk: what is wrong may show late, and nothing may be handed on before.

const LARGE = randomBytes(700_000);
const OTHER = randomBytes(300_000);
const PARTS = [DOCUMENT, { name: 'attachment', bytes: LARGE }, { name: 'attachment', bytes: OTHER }];

for (const sealing of ['jwe', 'tls'] as const) {
  const pair = makePair({ sealing, grant: { attachments: 5, maxBytes: 5_000_000 } });

  /** The receiver's order at EE over a payload in a file; what is refused leaves no file behind. */
  const receive = async (t: TestContext, { statement, payload }: SealedBytes): Promise<Opened> => {
    const spool = makeSpool(t);
    const scope = spool.scope();
    try {
      const authentic = await authenticateAtEe(pair, statement);
      const { grant } = authoriseInbound(authentic, pair.ee.link, new Quotas(), TOLERANCE, NOW);
      const opened = await open(authentic, await spooled(scope, payload as Uint8Array), grant, pair.ee.side, () => {}, scope);
      for (const [at, { content }] of opened.fields.attachments.entries()) assert.deepEqual(Buffer.from(await load(content, 1e6)), [LARGE, OTHER][at]);
      return opened;
    } finally {
      await scope.dispose();
      assert.equal(spool.used, 0);
    }
  };
  const bent = (bends: Bends = {}) => handmadeRequest(pair, { parts: PARTS, ...bends });

  test(`control (${sealing}): parts in a file are opened whole`, async (t) => {
    const { fields } = await receive(t, await bent());
    assert.deepEqual([fields.document, fields.attachments.length], [{ hello: 'world' }, 2]);
  });

  test(`${sealing}: a bit flipped in the last bytes of the last part is found`, async (t) => {
    const sealed = await bent();
    const payload = Buffer.from(sealed.payload);
    payload.writeUInt8((payload.at(-3) ?? 0) ^ 1, payload.length - 3);
    await assertRefused(receive(t, { ...sealed, payload }), 'digest-mismatch');
  });

  test(`${sealing}: a part cut short, under a statement and frames that count it right, is found`, async (t) => {
    const cut = await bent({ frames: (frames) => frames.map((frame, at) => (at === 2 ? { ...frame, bytes: frame.bytes.subarray(0, -1000) } : frame)) });
    await assertRefused(receive(t, cut), 'digest-mismatch');
  });

  test(`${sealing}: two parts exchanged are found`, async (t) => {
    const swapped = await bent({ frames: ([manifest, document, a, b]) => [manifest!, document!, b!, a!] });
    await assertRefused(receive(t, swapped), 'digest-mismatch');
  });

  test(`${sealing}: a part left out, one more, and a frame that claims more than there is are found`, async (t) => {
    for (const frames of [
      ([manifest, document, a]: RawFrame[]) => [manifest!, document!, a!],
      ([manifest, document, a, b]: RawFrame[]) => [manifest!, document!, a!, b!, b!],
    ]) await assertRefused(receive(t, await bent({ frames })), 'digest-mismatch');
    const sealed = await bent();
    const payload = Buffer.from(sealed.payload);
    const last = payload.length - (sealing === 'jwe' ? chunkedLength(OTHER.length) : OTHER.length) - 8;
    payload.writeBigUInt64BE(payload.readBigUInt64BE(last) + 1n, last);
    await assertRefused(receive(t, { ...sealed, payload }), 'digest-mismatch');
  });

  test(`${sealing}: a plaintext length, or digest, that the manifest lies about is found`, async (t) => {
    for (const lie of [{ length: LARGE.length + 1 }, { sha256: 'A'.repeat(43) }]) {
      const sealed = await bent({ manifest: (draft) => ({ ...draft, parts: draft.parts.map((part, at) => (at === 1 ? { ...part, ...lie } : part)) }) });
      await assertRefused(receive(t, sealed), 'digest-mismatch');
    }
  });

  test(`${sealing}: more attachments than the grant allows are refused before any is opened`, async (t) => {
    await assertRefused(receive(t, await bent({ parts: [DOCUMENT, ...Array.from({ length: 6 }, () => ({ name: 'attachment', bytes: OTHER }))] })), 'too-large');
  });
}

test('a part sealed for another exchange, or another place, does not open', async (t) => {
  const pair = makePair({ grant: { attachments: 5, maxBytes: 5_000_000 } });
  const scope = makeSpool(t).scope();
  t.after(() => scope.dispose());
  for (const place of [(index: number, honest: string) => honest.replace(/\d+$/, String(index + 1)), (_: number, honest: string) => honest.replace(/[0-9a-f-]{36}/, '01a20079-9d71-7415-af30-8f4871caba5f')]) {
    const { statement, payload } = await handmadeRequest(pair, { parts: PARTS, place: (index, honest) => (index === 1 ? place(index, honest) : honest) });
    await assertRefused(open(await authenticateAtEe(pair, statement), await spooled(scope, payload), pair.grant, pair.ee.side, () => {}, scope), 'seal-mismatch');
  }
});

test('a manifest, and a document, beyond what may lie in memory are refused unread', async (t) => {
  const pair = makePair({ grant: { attachments: 5, maxBytes: 50_000_000 } });
  const scope = makeSpool(t).scope();
  t.after(() => scope.dispose());
  const take = async (bends: Bends) => {
    const { statement, payload } = await handmadeRequest(pair, bends);
    return open(await authenticateAtEe(pair, statement), await spooled(scope, payload), pair.grant, pair.ee.side, () => {}, scope);
  };
  await assertRefused(take({ parts: [{ name: 'document', bytes: Buffer.from(JSON.stringify({ a: 'x'.repeat(1_100_000) })) }] }), 'too-large');
  await assertRefused(take({ manifest: (draft) => ({ ...draft, context: { ...(draft.context as object), loss: { dropped: Array.from({ length: 1500 }, () => 'x'.repeat(1000)), defaulted: [], approximated: [], unknown: [] } } }) }), 'too-large');
});

test('an attachment that takes more disk than there is, is refused as disk-full', async (t) => {
  const pair = makePair({ grant: { attachments: 5, maxBytes: 5_000_000 } });
  const { statement, payload } = await handmadeRequest(pair, { parts: PARTS });
  const spool = makeSpool(t, { maxBytes: payload.length + 500_000 });
  const scope = spool.scope();
  const stored = await spooled(scope, payload);
  await assertRefused(open(await authenticateAtEe(pair, statement), stored, pair.grant, pair.ee.side, () => {}, scope), 'disk-full');
  await scope.dispose();
  assert.equal(spool.used, 0);
});
