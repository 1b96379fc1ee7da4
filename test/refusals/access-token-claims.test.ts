import { NOW } from '../support/hub-messages.ts';
import { refusesToken, token } from '../support/hub-tokens.ts';

refusesToken('a token of another issuer', () => token({ claims: { iss: 'https://other.example' } }));
refusesToken('a token for another audience', () => token({ claims: { aud: 'https://register.example' } }));
refusesToken('an expired token', () => token({ claims: { exp: NOW / 1000 } }));
refusesToken('a token without an end', () => token({ claims: { exp: undefined } }));
refusesToken('a token that is not valid yet', () => token({ claims: { nbf: NOW / 1000 + 5 } }));
refusesToken('an ID token', () => token({ header: { typ: 'JWT' } }));
refusesToken('a token of a client that is not registered', () => token({ claims: { client_id: 'stranger' } }));
refusesToken('a token that names no client', () => token({ claims: { client_id: undefined } }));
refusesToken('a token without the scope', () => token({ claims: { scope: 'other gateway.asking' } }), 'scope-missing');
refusesToken('a token without any scope', () => token({ claims: { scope: undefined } }), 'scope-missing');
refusesToken('what is no token', () => 'abc');
