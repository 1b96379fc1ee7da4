import { test } from 'node:test';
import { assertTaken, receiveAtEe } from '../support/exchange.ts';
import { handmadeRequest } from '../support/handmade.ts';
import { assertRefused, refuses } from '../support/refused.ts';
import { DIGEST, makePair } from '../support/sides.ts';

for (const sealing of ['jwe', 'tls'] as const) {
  const pair = makePair({ sealing });

  test(`control: the commitment to the manifest, sealed with ${sealing}, is taken`, async () => assertTaken(pair, await handmadeRequest(pair)));

  test(`a commitment under another salt than the manifest's, sealed with ${sealing}, is refused`, async () =>
    refuses(receiveAtEe(pair, await handmadeRequest(pair, { claims: (claims) => ({ ...claims, content: DIGEST }) })), 'content-mismatch'));

  test(`a manifest of the right digest whose salt was changed, sealed with ${sealing}, is refused`, async () =>
    refuses(receiveAtEe(pair, await handmadeRequest(pair, { manifest: (draft) => ({ ...draft, salt: DIGEST }) })), 'content-mismatch'));

  test(`a commitment to another manifest, sealed with ${sealing}, is refused`, async () => {
    let elsewhere: unknown;
    await handmadeRequest(pair, { claims: (claims) => ((elsewhere = claims['content']), claims) });
    await assertRefused(receiveAtEe(pair, await handmadeRequest(pair, { claims: (claims) => ({ ...claims, content: elsewhere }) })), 'content-mismatch');
  });
}
