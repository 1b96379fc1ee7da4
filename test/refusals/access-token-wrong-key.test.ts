import { refusesToken, stranger, token } from '../support/hub-tokens.ts';

refusesToken('a token by another key under the name of the right one', () => token({ key: stranger.privateKey }));
refusesToken('a token by a key that is not in the set', () => token({ header: { kid: 'as-2' }, key: stranger.privateKey }));
refusesToken('a token that brings its key along', () => token({ header: { jwk: stranger.publicKey.export({ format: 'jwk' }), kid: undefined }, key: stranger.privateKey }));
