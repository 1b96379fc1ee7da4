/** What an API hub demands of gateway.yaml, and what only a hub may set. */

/** Where, and what is wrong there. */
export type Found = readonly [path: readonly (string | number)[], text: string];

export interface HubClientEntry {
  readonly client: string;
  readonly certificates: readonly string[];
  readonly oauthClient?: string;
  readonly apiKeySha256?: string;
  readonly apiKeyAloneThatWhoeverSeesItCanUseSha256?: string;
  readonly signatureKeys?: readonly { readonly keyid: string }[];
  readonly signatureSubject?: unknown;
}

export interface HubEntry {
  readonly tokens?: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly apiKeyHeader: string;
  readonly signatures?: { readonly authorities?: readonly string[]; readonly revocation?: unknown; readonly certificateHeader: string; readonly ocspHeader: string };
  readonly oauth?: { readonly tls: { readonly key?: string; readonly certificate?: string }; readonly assertion?: unknown; readonly secret?: string };
}

interface Home {
  readonly hub?: HubEntry;
  readonly wss?: unknown;
  readonly clients: readonly HubClientEntry[];
  readonly services: readonly { readonly signatureKeys?: readonly unknown[]; readonly signatureSubject?: unknown }[];
}

const HUB_ONLY = ['oauthClient', 'apiKeySha256', 'apiKeyAloneThatWhoeverSeesItCanUseSha256', 'signatureKeys', 'signatureSubject'] as const;
const SIGNATORY = ['signatureKeys', 'signatureSubject'] as const;

/** What is set for a hub where there is none. */
export function withoutHub({ hub, clients, services }: Home): Found[] {
  const onlyHere = 'is for gateway.home: hub';
  return [
    ...(hub === undefined ? [] : [[['home', 'hub'], onlyHere] as const]),
    ...clients.flatMap((client, index) => HUB_ONLY.flatMap((key) => (client[key] === undefined ? [] : [[['home', 'clients', index, key], onlyHere] as const]))),
    ...services.flatMap((service, index) => SIGNATORY.flatMap((key) => (service[key] === undefined ? [] : [[['home', 'services', index, key], onlyHere] as const]))),
  ];
}

export function hubProblems({ hub, wss, clients, services }: Home): Found[] {
  if (hub === undefined) return [[['home', 'hub'], 'is missing: a gateway at an API hub (gateway.home: hub) needs it']];
  const { oauth, tokens, signatures } = hub;
  return [
    ...(wss === undefined ? [] : [[['home', 'wss'], 'is for X-Road; at a hub messages are signed as home.hub.signatures says'] as const]),
    ...(oauth !== undefined && (oauth.assertion === undefined) === (oauth.secret === undefined) ? [[['home', 'hub', 'oauth'], 'needs assertion or secret, and not both'] as const] : []),
    ...(oauth !== undefined && (oauth.tls.key === undefined) !== (oauth.tls.certificate === undefined) ? [[['home', 'hub', 'oauth', 'tls'], 'key and certificate go together'] as const] : []),
    ...headerProblems(hub),
    ...(signatures?.authorities === undefined ? withoutAuthorities(signatures, { clients, services }) : []),
    ...(tokens === undefined && clients.some(({ oauthClient }) => oauthClient !== undefined) ? [[['home', 'hub', 'tokens'], 'is missing: clients have an oauthClient'] as const] : []),
  ];
}

/** Headers that mean something else already. */
const TAKEN = new Set(['accept', 'authorization', 'content-digest', 'content-length', 'content-type', 'host', 'signature', 'signature-input', 'x-jws-signature']);

function headerProblems({ headers, apiKeyHeader, signatures }: HubEntry): Found[] {
  if (signatures === undefined) return [];
  const { certificateHeader, ocspHeader } = signatures;
  const others = new Set([...TAKEN, ...Object.values(headers), apiKeyHeader]);
  return [
    ...(others.has(certificateHeader) ? [[['home', 'hub', 'signatures', 'certificateHeader'], `${certificateHeader} means something else already`] as const] : []),
    ...(others.has(ocspHeader) || ocspHeader === certificateHeader ? [[['home', 'hub', 'signatures', 'ocspHeader'], `${ocspHeader} means something else already`] as const] : []),
  ];
}

/** Certificates of which none would count. */
function withoutAuthorities(signatures: HubEntry['signatures'], { clients, services }: Pick<Home, 'clients' | 'services'>): Found[] {
  const nobody = 'counts only with home.hub.signatures.authorities';
  return [
    ...(signatures?.revocation === undefined ? [] : [[['home', 'hub', 'signatures', 'revocation'], nobody] as const]),
    ...([['clients', clients], ['services', services]] as const).flatMap(([name, list]) => list.flatMap(({ signatureSubject }, index) => (signatureSubject === undefined ? [] : [[['home', name, index, 'signatureSubject'], nobody] as const]))),
  ];
}

/** Each client shows something, an API key alone only by its long name, and no credential is of two. */
export function credentialProblems({ clients }: Home): Found[] {
  return [
    ...clients.flatMap((client, index): Found[] => {
      const at = ['home', 'clients', index] as const;
      const { certificates, oauthClient, apiKeySha256, apiKeyAloneThatWhoeverSeesItCanUseSha256: alone } = client;
      const strong = certificates.length > 0 || oauthClient !== undefined;
      if (strong && alone !== undefined) return [[[...at, 'apiKeyAloneThatWhoeverSeesItCanUseSha256'], 'is not alone: write apiKeySha256']];
      if (!strong && apiKeySha256 !== undefined) return [[[...at, 'apiKeySha256'], 'needs certificates or an oauthClient beside it; alone it is apiKeyAloneThatWhoeverSeesItCanUseSha256']];
      return strong || alone !== undefined ? [] : [[at, 'shows nothing: name certificates or an oauthClient']];
    }),
    ...shared(clients, 'oauthClient', ({ oauthClient }) => [oauthClient]),
    ...shared(clients, 'apiKeySha256', ({ apiKeySha256, apiKeyAloneThatWhoeverSeesItCanUseSha256: alone }) => [apiKeySha256, alone]),
    ...shared(clients, 'certificates', ({ certificates }) => certificates),
    ...shared(clients, 'signatureKeys', ({ signatureKeys = [] }) => signatureKeys.map(({ keyid }) => keyid)),
  ];
}

function shared(clients: readonly HubClientEntry[], key: string, of: (client: HubClientEntry) => readonly (string | undefined)[]): Found[] {
  const seen = new Map<string, number>();
  return clients.flatMap((client, index) =>
    of(client).flatMap((value): Found[] => {
      if (value === undefined) return [];
      const first = seen.get(value) ?? index;
      seen.set(value, first);
      return first === index ? [] : [[['home', 'clients', index, key], `is also that of home.clients[${first}]: which of the two would it be?`]];
    }),
  );
}
