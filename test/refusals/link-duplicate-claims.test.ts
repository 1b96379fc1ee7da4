import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withPayload } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

const canonical = Buffer.from(sealed.statement.split('.')[1] ?? '', 'base64url').toString();

/** A claim twice: one reader keeps the first, another the last. */
const DUPLICATES = {
  'aud twice, the honest one last': canonical.replace('"aud":', '"aud":"https://gateway.lv.example","aud":'),
  'purpose twice, the honest one first': canonical.replace('"purpose":"test"', '"purpose":"test","purpose":"other"'),
  'client twice, with the same value': canonical.replace('"client":"FI/GOV/0245458-6/vero"', '"client":"FI/GOV/0245458-6/vero","client":"FI/GOV/0245458-6/vero"'),
  'a member of link twice': canonical.replace('"link":{', '"link":{"id":"other",'),
};

for (const [what, payload] of Object.entries(DUPLICATES)) {
  test(`${what}: refused`, () => refuses(receiveAtEe(pair, { ...sealed, statement: withPayload(sealed.statement, payload, pair.fi) }), 'statement-malformed'));
}
