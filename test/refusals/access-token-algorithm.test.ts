import { SERVER_PUBLIC_PEM, token, refusesToken } from '../support/hub-tokens.ts';

const unsigned = async (): Promise<string> => {
  const [, body] = (await token()).split('.');
  return `${Buffer.from('{"alg":"none","typ":"at+jwt","kid":"as-1"}').toString('base64url')}.${body}.`;
};

refusesToken('a token without a signature (alg none)', unsigned);
refusesToken('an HMAC made with the public key', () => token({ header: { alg: 'HS256' }, key: Buffer.from(SERVER_PUBLIC_PEM) }));
refusesToken('a critical parameter that is not known', async () => {
  const [, body = '', signature = ''] = (await token()).split('.');
  return `${Buffer.from('{"alg":"ES256","typ":"at+jwt","kid":"as-1","crit":["x"],"x":1}').toString('base64url')}.${body}.${signature}`;
});
