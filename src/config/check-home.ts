/** What `gateway.home` demands of the rest of gateway.yaml: a provider has security servers, an edge and a hub have clients and services of their own. */
import * as v from 'valibot';
import { credentialProblems, hubProblems, withoutHub } from './check-hub.ts';
import type { Found, HubClientEntry, HubEntry } from './check-hub.ts';

interface Reached {
  readonly url?: string;
  readonly tls?: { readonly key?: string; readonly certificate?: string };
  readonly plainHttpThatAnybodyCanReadAndChange?: true;
}

interface HomeSide {
  readonly gateway: { readonly home: 'provider' | 'edge' | 'hub' };
  readonly listeners: { readonly domestic: { readonly tls: { readonly clients: readonly string[] } } };
  readonly home: { readonly securityServers: readonly Reached[]; readonly services: readonly (Reached & { readonly service: string; readonly signatureKeys?: readonly unknown[] })[]; readonly clients: readonly HubClientEntry[]; readonly hub?: HubEntry };
  readonly echo?: object;
  readonly citizens?: { readonly authorities: readonly { readonly client: string; readonly certificates: readonly string[] }[] };
}

type Path = Found[0];

/** A check of the whole file, behind the checks of its parts. */
export function checkHome<T extends HomeSide>() {
  return v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const [path, message] of problemsOf(dataset.value)) addIssue({ message, path: pathItems(dataset.value, path) });
  });
}

function problemsOf(file: HomeSide): Found[] {
  const { securityServers, services, clients } = file.home;
  const own = { provider: providerProblems, edge: edgeProblems, hub: hubSideProblems }[file.gateway.home](file);
  return [
    ...own,
    ...authorityProblems(file),
    ...(file.echo !== undefined && file.gateway.home !== 'provider' ? [[['echo'], 'is for gateway.home: provider; here no security server stands between'] as const] : []),
    ...twice(services.map(({ service }) => service), ['home', 'services'], 'service'),
    ...twice(clients.map(({ client }) => client), ['home', 'clients'], 'client'),
    ...securityServers.flatMap((one, index) => tlsProblems(one, ['home', 'securityServers', index])),
    ...services.flatMap((one, index) => tlsProblems(one, ['home', 'services', index])),
  ];
}

function providerProblems({ listeners, home }: HomeSide): Found[] {
  return [
    ...withoutHub(home),
    ...(home.securityServers.length === 0 ? [[['home', 'securityServers'], 'a gateway behind a security server (gateway.home: provider) needs at least one'] as const] : []),
    ...(listeners.domestic.tls.clients.length === 0 ? [[['listeners', 'domestic', 'tls', 'clients'], 'name at least one certificate'] as const] : []),
    ...(home.clients.length > 0 ? [[['home', 'clients'], 'is for gateway.home: edge; here the security server knows our information systems'] as const] : []),
    ...home.services.flatMap(({ url }, index) => (url === undefined ? [] : [[['home', 'services', index, 'url'], 'is for gateway.home: edge; here the security server knows where services are'] as const])),
  ];
}

function edgeProblems(file: HomeSide): Found[] {
  const { clients } = file.home;
  return [...directProblems(file, 'an edge'), ...withoutHub(file.home), ...clients.flatMap(({ certificates }, index) => (certificates.length === 0 ? [[['home', 'clients', index, 'certificates'], 'name at least one certificate'] as const] : []))];
}

function hubSideProblems(file: HomeSide): Found[] {
  return [...directProblems(file, 'a hub'), ...hubProblems(file.home), ...credentialProblems(file.home)];
}

/** Of a gateway that its country's information systems speak to, and that calls services, without a security server between. */
function directProblems({ listeners, home }: HomeSide, what: string): Found[] {
  return [
    ...(home.securityServers.length > 0 ? [[['home', 'securityServers'], `is for gateway.home: provider; ${what} calls services at home.services`] as const] : []),
    ...(listeners.domestic.tls.clients.length > 0 ? [[['listeners', 'domestic', 'tls', 'clients'], `is for gateway.home: provider; ${what} has home.clients`] as const] : []),
    ...home.services.flatMap(({ url }, index) => (url === undefined ? [[['home', 'services', index, 'url'], `is missing: ${what} calls the service itself`] as const] : [])),
  ];
}

/** Who may look up citizens: known by a certificate of its own, or by the word of a security server. */
function authorityProblems({ gateway, listeners: { domestic }, citizens }: HomeSide): Found[] {
  const { authorities = [] } = citizens ?? {};
  const shared = (file: string): boolean => domestic.tls.clients.includes(file);
  return authorities.flatMap(({ certificates }, index): Found[] => {
    const path: Path = ['citizens', 'authorities', index, 'certificates'];
    if (gateway.home !== 'provider' && certificates.length === 0) return [[path, 'name at least one certificate: no security server says here who asks']];
    return certificates.flatMap((file, at): Found[] => (shared(file) ? [[[...path, at], 'is that of a security server, which speaks for every member: leave it out, it says who asks']] : []));
  });
}

/** TLS unless it is turned off by its long name, which an https URL contradicts; a key and its certificate go together. */
function tlsProblems({ url, tls, plainHttpThatAnybodyCanReadAndChange: plain }: Reached, path: Path): Found[] {
  if (url === undefined) return [];
  const secure = url.startsWith('https:');
  if (!secure && plain === undefined) return [[[...path, 'url'], 'expected an https URL; plain HTTP needs plainHttpThatAnybodyCanReadAndChange: true']];
  if (secure && plain !== undefined) return [[[...path, 'plainHttpThatAnybodyCanReadAndChange'], 'contradicts the https URL']];
  if (secure && tls === undefined) return [[[...path, 'tls'], 'is missing: name the certificates that the other side may show (pins)']];
  if (!secure && tls !== undefined) return [[[...path, 'tls'], 'has no use with an http URL']];
  if (tls !== undefined && (tls.key === undefined) !== (tls.certificate === undefined)) return [[[...path, 'tls'], 'key and certificate go together']];
  return [];
}

function twice(names: readonly string[], path: Path, key: string): Found[] {
  return names.flatMap((name, index) => (names.indexOf(name) < index ? [[[...path, index, key], `"${name}" stands twice`] as const] : []));
}

/** valibot wants the value at each step beside its key. */
function pathItems(input: unknown, path: Path): [v.IssuePathItem, ...v.IssuePathItem[]] {
  let at: unknown = input;
  const items = path.map((key): v.IssuePathItem => {
    const parent = at as Record<string | number, unknown>;
    at = parent[key];
    return { type: 'unknown', origin: 'value', input: parent, key, value: at };
  });
  return items as [v.IssuePathItem, ...v.IssuePathItem[]];
}
