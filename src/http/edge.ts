/**
 * The domestic listener of an edge: information systems speak to the gateway as to their security server, over mutual TLS. Each dialect that has an
 * entry point (Dialect.edge) is mounted at its path; who may speak for whom is settled here, before anything of an exchange begins.
 */
import Router from '@koa/router';
import Koa from 'koa';
import type { Context } from 'koa';
import { memberPath, sameMember } from '../ecosystems/xroad-identifiers.ts';
import { REQUEST_HASH_ALGORITHM } from '../ecosystems/xroad-rest/request-hash.ts';
import type { Catalogue, Edge, EdgeDocument, HeaderLine } from '../ecosystems/edge.ts';
import type { Dialect } from '../ecosystems/ecosystem.ts';
import { CausewayError, asCausewayError } from '../errors.ts';
import { offerOf } from '../exchange/edge-offers.ts';
import { outbound } from '../exchange/outbound.ts';
import { packed, unpackReply, unpackRequest } from '../exchange/packing.ts';
import { isStored, scan } from '../platform/content.ts';
import { hashing } from '../platform/hashing-content.ts';
import { exchangeId } from '../platform/ids.ts';
import { nextTraceparent } from '../platform/trace.ts';
import type { HttpMessage, HttpReply } from '../platform/http-client.ts';
import type { SpoolScope } from '../platform/spool.ts';
import type { Content, DomesticMember } from '../stages.ts';
import { readContent } from './body.ts';
import { acceptOf, headersOf, send } from './domestic.ts';
import type { DomesticOptions } from './domestic.ts';
import { connectionIdentity } from './peer-certificate.ts';
import type { ConnectionIdentity } from './peer-certificate.ts';

export interface EdgeOptions extends Omit<DomesticOptions, 'callers'> {
  readonly dialects: readonly Dialect[];
  /** That of this moment. */
  catalogue(): Catalogue;
  /** Who may ask, and the base64 SHA-256 of the keys that may speak for it. */
  readonly clients: readonly { readonly member: DomesticMember; readonly pins: readonly string[] }[];
}

/** Throws `config-invalid` when two dialects want one path. */
export function edgeApp(options: EdgeOptions): Koa {
  const router = new Router();
  const taken = new Set<string>();
  for (const dialect of options.dialects) {
    const { edge } = dialect;
    if (edge === undefined) throw new CausewayError('config-invalid', `${dialect.name} has no entry point at an edge: services of it need a gateway behind a security server`);
    if (taken.has(edge.path)) throw new CausewayError('config-invalid', `two dialects of the mappings want the path ${edge.path} of the domestic listener`);
    taken.add(edge.path);
    router.all(edge.path === '/' ? '/' : `${edge.path}{/*rest}`, (context) => answer(context, dialect, options, (admitted) => ask(context, admitted, dialect, edge, options)));
    for (const [path, document] of Object.entries(edge.documents ?? {})) {
      // Dialects of one platform bring the same documents; the first to come answers.
      if (!taken.has(path)) router.get(path, (context) => answer(context, dialect, options, async () => about(context, document, options)));
      taken.add(path);
    }
  }
  const app = new Koa();
  if (options.citizens !== undefined) app.use(options.citizens);
  app.use(router.routes());
  app.use((context) => {
    context.status = 404;
    context.body = `Nothing is served here. Entry points: ${[...taken].join(', ')}\n`;
  });
  return app;
}

interface Admitted {
  readonly identity: ConnectionIdentity;
  /** Monotonic milliseconds. */
  readonly arrivedAt: number;
}

/** Runs `work` for a connection that some client of ours may use; a refusal is a fault of the dialect. */
async function answer(context: Context, dialect: Dialect, options: EdgeOptions, work: (admitted: Admitted) => Promise<HttpReply<Content>>): Promise<void> {
  const { parts, admission } = options;
  const arrivedAt = parts.clock.monotonic();
  let reply: HttpReply<Content>;
  try {
    const identity = knownConnection(context, options);
    reply = await admission.run(undefined, () => work({ identity, arrivedAt }));
  } catch (thrown) {
    const error = asCausewayError(thrown);
    const xid = exchangeId(parts.clock.now());
    parts.observe('outbound.refused', { xid, code: error.code }, error);
    reply = dialect.renderFault(error, { exchange: xid, country: parts.country, ...acceptOf(context) });
  }
  send(context, reply);
}

async function ask(context: Context, admitted: Admitted, dialect: Dialect, edge: Edge, options: EdgeOptions): Promise<HttpReply<Content>> {
  const scope = options.parts.spool.scope();
  try {
    return await askWithin(scope, context, admitted, dialect, edge, options);
  } finally {
    await scope.dispose();
  }
}

async function askWithin(scope: SpoolScope, context: Context, { identity, arrivedAt }: Admitted, dialect: Dialect, edge: Edge, options: EdgeOptions): Promise<HttpReply<Content>> {
  const { parts } = options;
  const offers = options.offers();
  const came = { method: context.method, target: context.req.url ?? '', headers: headersOf(context), body: await readContent(context.req, options.maxBodyBytes, scope) };
  // Who is asked stands in the root, or in the path of a message whose body is too large for one: that can only cross unmapped.
  const http = await hashed(await unpackRequest(came, unmapped(came), dialect, parts.limits.xml));
  const addressed = edge.address({ http, headerLines: headerLinesOf(context) }, offers.flatMap(({ homes }) => homes), parts.limits.xml);
  speaksFor(identity, addressed.client, options);
  // About services nothing crosses the border, and there is no entry.
  if (addressed.metaservice !== undefined) return addressed.complete(addressed.metaservice(options.catalogue()));
  const offer = offerOf(addressed.service, dialect, offers);
  await options.admission.requireIntact(offer.peer.link.id);
  const trace = { traceparent: nextTraceparent(context.get('traceparent')) };
  const reply = await outbound({ path: offer.path, http: forwarded(addressed.forwarded, came), connection: identity.subject, arrivedAt, trace, accept: acceptOf(context) }, scope, parts);
  return packed(addressed.complete(await unpackReply(reply, unmapped(reply)[0] ?? {}, dialect, parts.limits.xml)), dialect);
}

function unmapped({ body }: { readonly body: Content }): readonly { readonly passthrough: true }[] {
  return isStored(body) ? [{ passthrough: true }] : [];
}

/** A body that crosses unmapped stands beside an empty root. The request hash is over it, of any size. */
async function hashed(http: HttpMessage): Promise<HttpMessage> {
  const [first] = http.attachments ?? [];
  if (http.body.length > 0 || first === undefined) return http;
  const content = hashing(first.content, REQUEST_HASH_ALGORITHM);
  await scan(content, () => {});
  return { ...http, attachments: [{ ...first, content }] };
}

/** As it goes on: the body is the message's again. */
function forwarded({ attachments = [], ...bare }: HttpMessage, { body }: { readonly body: Content }): HttpMessage<Content> {
  return bare.body.length > 0 || attachments.length === 0 ? { ...bare, attachments } : { ...bare, body };
}

function about(context: Context, document: EdgeDocument, { catalogue }: EdgeOptions): HttpReply {
  return document(new URLSearchParams(context.querystring), context.req.headers.accept, catalogue());
}

/** Before a byte of the body is read: the key of the connection is that of some client of ours, in a certificate that is in its time. */
function knownConnection(context: Context, { clients, parts }: EdgeOptions): ConnectionIdentity {
  const identity = connectionIdentity(context.req);
  const now = parts.clock.now();
  if (identity === undefined || !clients.some(({ pins }) => pins.includes(identity.pin))) throw new CausewayError('connection-untrusted', 'the connection shows no certificate of a client of ours');
  if (now < identity.validFrom || now >= identity.validTo) throw new CausewayError('connection-untrusted', 'the certificate of the client is out of its time');
  return identity;
}

/** A right of a member is not one of its subsystems, nor the other way round: each entry stands for itself, as at a security server. */
function speaksFor({ pin }: ConnectionIdentity, client: DomesticMember, { clients }: EdgeOptions): void {
  const entries = clients.filter(({ member }) => sameMember(member, client));
  if (entries.length === 0) throw new CausewayError('unknown-member', `${memberPath(client)} is no client of this gateway`, { facts: { hint: 'The client of the message is not registered here.' } });
  if (!entries.some(({ pins }) => pins.includes(pin))) throw new CausewayError('connection-untrusted', `the certificate may not speak for ${memberPath(client)}`, { facts: { hint: 'The certificate may not speak for the client of the message.' } });
}

function headerLinesOf({ req: { rawHeaders } }: Context): HeaderLine[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, at) => [rawHeaders[2 * at] ?? '', rawHeaders[2 * at + 1] ?? '']);
}
