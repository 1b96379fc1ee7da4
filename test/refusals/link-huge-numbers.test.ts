import { test } from 'node:test';
import { assertTaken, receiveAtEe, sealedRequest } from '../support/exchange.ts';
import { withPayload } from '../support/forge.ts';
import { refuses } from '../support/refused.ts';
import { makePair } from '../support/sides.ts';

const pair = makePair();
const sealed = (await sealedRequest(pair)).fields;

test('control: the request as sealed is taken', () => assertTaken(pair, sealed));

const canonical = Buffer.from(sealed.statement.split('.')[1] ?? '', 'base64url').toString();

/** Numbers that one reader rounds and another does not, or that overflow. Those in RFC 8785 form meet the limits of the claim. */
for (const number of ['9007199254740993', '9007199254740992', '1e+21', '1e400', '18446744073709551616', '-0', '1.7976931348623157e+308', '00005000']) {
  test(`a budget of ${number} is refused`, () =>
    refuses(receiveAtEe(pair, { ...sealed, statement: withPayload(sealed.statement, canonical.replace('"budget":5000', `"budget":${number}`), pair.fi) }), 'statement-malformed'));
}

test('an iat of the largest safe integer is refused: no key is valid then', () => {
  // 60 s under it, so that exp is a safe integer as well.
  const iat = Number.MAX_SAFE_INTEGER - 60;
  const payload = canonical.replace(/"exp":\d+/, `"exp":${iat + 60}`).replace(/"iat":\d+/, `"iat":${iat}`);
  return refuses(receiveAtEe(pair, { ...sealed, statement: withPayload(sealed.statement, payload, pair.fi) }), 'statement-untrusted');
});
