/** The domestic listener: service URLs that the country's security server calls, over mutual TLS with pinned certificates. */
import Koa from 'koa';
import type { Context, Middleware } from 'koa';
import { CausewayError, asCausewayError } from '../errors.ts';
import { outbound } from '../exchange/outbound.ts';
import type { Offer } from '../exchange/flow.ts';
import type { OutboundParts } from '../exchange/parts.ts';
import { exchangeId } from '../platform/ids.ts';
import { nextTraceparent } from '../platform/trace.ts';
import type { HttpHeaders, HttpReply } from '../platform/http-client.ts';
import type { Content } from '../stages.ts';
import { answerWith, readContent } from './body.ts';
import { connectionIdentity } from './peer-certificate.ts';
import type { Admission } from './admission.ts';

export interface DomesticOptions {
  /** Those of this moment: mappings change while the gateway runs. */
  offers(): readonly Offer[];
  readonly parts: OutboundParts;
  /** Who may call: the security servers with these keys (base64 SHA-256), or whoever the API hub's dialect recognises by its credentials. */
  readonly callers: { readonly pins: readonly string[] } | { authenticate(headers: HttpHeaders, now: number): Promise<void> };
  readonly admission: Admission;
  readonly maxBodyBytes: number;
  /** The citizen's view (citizens.ts), where this gateway has one. */
  readonly citizens?: Middleware;
  /** The echo that our security server asks (echo.ts), where this gateway answers one. */
  readonly echoes?: Middleware;
}

export function domesticApp(options: DomesticOptions): Koa {
  const app = new Koa();
  for (const own of [options.citizens, options.echoes]) if (own !== undefined) app.use(own);
  app.use(async (context) => {
    const offer = options.offers().find(({ path }) => context.path === path || context.path.startsWith(`${path}/`));
    if (offer !== undefined) return answer(context, offer, options);
    context.status = 404;
    context.body = 'No service has this URL. The service URLs of this gateway are in mappings/<country>/services.yaml.\n';
  });
  return app;
}

async function answer(context: Context, offer: Offer, options: DomesticOptions): Promise<void> {
  const { parts } = options;
  const accept = acceptOf(context);
  const arrivedAt = parts.clock.monotonic();
  const scope = parts.spool.scope();
  let reply: HttpReply<Content>;
  try {
    // Before a place is taken or a body is read: a stranger gets neither.
    const { connection, headers } = await caller(context, options.callers, parts.clock.now());
    reply = await options.admission.run(offer.peer.link.id, async () => {
      const body = await readContent(context.req, options.maxBodyBytes, scope);
      const http = { method: context.method, target: (context.req.url ?? '').slice(offer.path.length), headers, body };
      const trace = { traceparent: nextTraceparent(context.get('traceparent')) };
      return outbound({ path: offer.path, http, connection, arrivedAt, trace, accept }, scope, parts);
    });
  } catch (thrown) {
    const xid = exchangeId(parts.clock.now());
    const error = asCausewayError(thrown);
    parts.observe('outbound.refused', { xid, code: error.code }, error);
    reply = offer.dialect.renderFault(error, { exchange: xid, country: parts.country, ...accept });
  } finally {
    await scope.dispose();
  }
  send(context, reply);
}

async function caller(context: Context, callers: DomesticOptions['callers'], now: number): Promise<{ connection: string; headers: HttpHeaders }> {
  if ('pins' in callers) return { connection: pinnedSubject(context, callers.pins, now), headers: headersOf(context) };
  const headers = withCertificate(context);
  await callers.authenticate(headers, now);
  return { connection: connectionIdentity(context.req)?.subject ?? '', headers };
}

/** Throws `connection-untrusted`. */
export function pinnedSubject(context: Context, pins: readonly string[], now: number): string {
  const identity = connectionIdentity(context.req);
  if (identity === undefined || !pins.includes(identity.pin)) throw new CausewayError('connection-untrusted', 'the connection shows no pinned certificate of a security server');
  if (now < identity.validFrom || now >= identity.validTo) throw new CausewayError('connection-untrusted', 'the certificate of the security server is out of its time');
  return identity.subject;
}

/** The certificate of the connection as a header (RFC 9440); what a caller sends under that name is not looked at. */
function withCertificate(context: Context): Record<string, string> {
  const { [CLIENT_CERTIFICATE]: _, ...headers } = headersOf(context);
  const certificate = connectionIdentity(context.req)?.certificate;
  return certificate === undefined ? headers : { ...headers, [CLIENT_CERTIFICATE]: `:${certificate}:` };
}
const CLIENT_CERTIFICATE = 'client-cert';

/** Media types that the caller accepts, where it says so. */
export function acceptOf({ req: { headers } }: Context): { readonly accept?: string } {
  return headers.accept === undefined ? {} : { accept: headers.accept };
}

export function headersOf(context: Context): Record<string, string> {
  return Object.fromEntries(Object.entries(context.req.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
}

export function send(context: Context, { status, headers, body }: HttpReply<Content>): void {
  context.status = status;
  for (const [name, value] of Object.entries(headers)) context.set(name, value);
  answerWith(context, body);
}
