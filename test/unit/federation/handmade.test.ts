import { test } from 'node:test';
import { assertTaken } from '../../support/exchange.ts';
import { ATTACHMENT, DOCUMENT, handmadeRequest } from '../../support/handmade.ts';
import { makePair } from '../../support/sides.ts';

for (const sealing of ['jwe', 'tls'] as const) {
  test(`a request written from the specification alone, sealed with ${sealing}, is taken`, async () => {
    const pair = makePair({ sealing, grant: { attachments: 2 } });
    await assertTaken(pair, await handmadeRequest(pair));
  });

  test(`a request of several parts, sealed with ${sealing}, is taken`, async () => {
    const pair = makePair({ sealing, grant: { attachments: 2 } });
    await assertTaken(pair, await handmadeRequest(pair, { parts: [DOCUMENT, ATTACHMENT, ATTACHMENT] }));
  });
}
