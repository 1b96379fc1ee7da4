/** gateway.yaml, `home.hub`: an API hub instead of security servers (docs/connect-api-hub.md). Who may call stands in home.clients, where services are in home.services. */
import * as v from 'valibot';
import { revocation } from './revocation-file.ts';
import { duration, httpsOrigin, httpsUrl, oneOf, path, record, sha256, text } from './values.ts';

const headerName = v.pipe(text(), v.regex(/^[a-z0-9-]+$/, 'expected a header name in small letters'));

/** Key of somebody's message signatures. */
export function signatureKeys(folder: string) {
  const key = record({
    keyid: v.pipe(text(), v.description('As it stands in the signatures.')),
    publicKey: v.pipe(path(folder), v.description('PEM: EC P-256, Ed25519, or RSA of at least 2048 bits. Its kind sets the algorithm.')),
    rsaPkcs1v15ThatNewSignersMustNotUse: v.exactOptional(v.literal(true, 'expected true')),
  });
  return v.exactOptional(v.pipe(v.array(key), v.minLength(1, 'name at least one key'), v.description('Keys of its message signatures. Several, so that one can follow another.')));
}

/** Whose signing certificates are its own. */
export function signatureSubject() {
  const attribute = v.exactOptional(text());
  return v.exactOptional(
    v.pipe(
      record({ CN: attribute, O: attribute, C: attribute, organizationIdentifier: attribute, serialNumber: attribute }),
      v.check(({ CN, O, organizationIdentifier, serialNumber }) => [CN, O, organizationIdentifier, serialNumber].some((value) => value !== undefined), 'name at least one of CN, O, organizationIdentifier and serialNumber'),
      v.description('Where certificates count (home.hub.signatures.authorities): what the subject of its signing certificate must say, attribute for attribute. organizationIdentifier is that of ETSI EN 319 412-1, such as NTRFI-0245458-6.'),
    ),
  );
}

/** What a client at a hub shows beside a certificate. All that is set must be shown. */
export function hubCredentials(folder: string) {
  return {
    oauthClient: v.exactOptional(v.pipe(text(), v.description('At a hub: its client id in access tokens (home.hub.tokens).'))),
    apiKeySha256: v.exactOptional(v.pipe(sha256(), v.description('At a hub: SHA-256 of an API key that it shows beside a certificate or a token.'))),
    apiKeyAloneThatWhoeverSeesItCanUseSha256: v.exactOptional(v.pipe(sha256(), v.description('At a hub: SHA-256 of an API key that is all it shows. Whoever reads it once in a log or a proxy is the client from then on.'))),
    signatureKeys: signatureKeys(folder),
    signatureSubject: signatureSubject(),
  };
}

const headers = v.optional(
  v.pipe(
    record({
      messageId: v.optional(headerName, 'x-request-id'),
      client: v.optional(headerName, 'x-client-member'),
      userId: v.optional(headerName, 'x-user-id'),
      issue: v.optional(headerName, 'x-issue'),
      representedParty: v.optional(headerName, 'x-represented-party'),
    }),
    v.description('Headers of the hub for the id of a message, the member that asks (which we send and never read), its end user, its case, and whom it represents.'),
  ),
  {},
);

function tokens(folder: string) {
  return v.pipe(
    record({
      issuer: v.pipe(httpsUrl(), v.description('Claim `iss`.')),
      audience: v.pipe(text(), v.description('Claim `aud`: how the authorisation server names this gateway.')),
      keys: v.pipe(path(folder), v.description('Its public keys, a JWK set. They are never fetched: a new key is put here before it signs.')),
      type: v.pipe(v.optional(oneOf(['at+jwt', 'JWT']), 'at+jwt'), v.description('Header `typ`; RFC 9068 says at+jwt.')),
      clientClaim: v.pipe(v.optional(text(), 'client_id'), v.description('Claim that names the client; RFC 9068 says client_id, some servers azp.')),
      scope: v.exactOptional(v.pipe(text(), v.description('Scope that each token must have.'))),
      tolerance: v.pipe(v.optional(duration(), '30s'), v.description("How far the server's clock may differ from ours.")),
    }),
    v.description('Access tokens that clients show us (RFC 9068).'),
  );
}

function oauth(folder: string) {
  return v.pipe(
    record({
      tokenEndpoint: v.pipe(httpsUrl(), v.description('The only host that our credentials are ever sent to; redirects are not followed.')),
      tls: record({ key: v.exactOptional(path(folder)), certificate: v.exactOptional(path(folder)), pins: v.pipe(v.array(path(folder)), v.minLength(1, 'name at least one certificate'), v.description('Certificates that the authorisation server may show.')) }),
      clientId: text(),
      assertion: v.exactOptional(v.pipe(record({ keyid: text(), key: path(folder), audience: v.exactOptional(text()) }), v.description('private_key_jwt: our key, and what the server wants as audience if not the URL of its token endpoint.'))),
      secret: v.exactOptional(v.pipe(path(folder), v.description('client_secret_basic: a file that holds the secret.'))),
      scope: v.exactOptional(text()),
      timeout: v.pipe(v.optional(duration(), '5s'), v.description('How long we wait for a token, within the time of the service.')),
    }),
    v.description('OAuth 2.0 client credentials: with assertion or secret, one of them.'),
  );
}

function signatures(folder: string) {
  return v.pipe(
    record({
      keyid: v.pipe(text(), v.description('Name of our key, as it is registered at the hub.')),
      key: v.pipe(path(folder), v.description('PEM: EC P-256, Ed25519, or RSA of at least 2048 bits.')),
      certificate: v.exactOptional(v.pipe(path(folder), v.description('PEM: our signing certificate, and those above it; sent with our signatures.'))),
      authorities: v.exactOptional(v.pipe(v.array(path(folder)), v.minLength(1, 'name at least one authority'), v.description('Authorities whose certificates count for signatures, beside signatureKeys: those of signers with a signatureSubject.'))),
      certificateHeader: v.optional(v.pipe(headerName, v.description('With http-signature: header with the signing certificate, base64 of DER. Signatures must cover it. A JWS has it as x5c.')), 'x-signature-certificate'),
      ocspHeader: v.optional(v.pipe(headerName, v.description('Header with an OCSP answer that a signer sends along, base64 of DER.')), 'x-signature-ocsp'),
      revocation: revocation(folder),
      components: v.pipe(v.optional(v.array(text(), 'expected a list of component names'), []), v.description('What signatures must cover beside all that we read: authorization, for instance.')),
      tag: v.exactOptional(v.pipe(text(), v.description('Parameter tag of RFC 9421, in their signatures and in ours.'))),
      nonce: v.pipe(v.optional(v.boolean('expected true or false'), false), v.description('Whether their signatures need a nonce; ours have one.')),
      maxAge: v.pipe(v.optional(duration(), '5m'), v.description('How far a signed time may lie back.')),
      maxAhead: v.optional(duration(), '60s'),
    }),
    v.description('Message signatures, for grants whose proof is http-signature or jws-detached.'),
  );
}

export function hub(folder: string) {
  return v.exactOptional(
    v.pipe(
      record({
        url: v.pipe(httpsOrigin(), v.description('Our domestic listener as clients know it: what they sign.')),
        headers,
        apiKeyHeader: v.optional(headerName, 'x-api-key'),
        tokens: v.exactOptional(tokens(folder)),
        oauth: v.exactOptional(oauth(folder)),
        apiKey: v.exactOptional(v.pipe(path(folder), v.description('A file with the API key that we show to services.'))),
        signatures: v.exactOptional(signatures(folder)),
      }),
      v.description('An API hub: clients with certificates, tokens or keys instead of a security server.'),
    ),
  );
}
