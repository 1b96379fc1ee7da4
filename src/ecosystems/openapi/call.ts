/** Handing a request to a provider at the hub, with our credentials. */
import type { HttpConnection, HttpHeaders, HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { SpoolScope } from '../../platform/spool.ts';
import type { Content } from '../../stages.ts';
import { sendOnce } from '../send.ts';
import { AUTHORIZATION } from './clients.ts';
import type { HubSettings } from './settings.ts';

/**
 * See Dialect.call. A 401 says that the request was not acted on (RFC 9110, section 15.5.2) and a token may have been withdrawn: it is sent once more, under a
 * new token.
 */
export async function call(request: HttpMessage<Content>, connection: HttpConnection, deadline: AbortSignal, scope: SpoolScope, { credentials, apiKeyHeader, maxAnswerBytes }: HubSettings): Promise<HttpReply<Content>> {
  const { tokens, apiKey } = credentials;
  const key: HttpHeaders = apiKey === undefined ? {} : { [apiKeyHeader]: apiKey };
  const send = (token: string | undefined): Promise<HttpReply<Content>> => {
    const headers = { ...request.headers, ...key, ...(token === undefined ? {} : { [AUTHORIZATION]: `Bearer ${token}` }) };
    return sendOnce({ ...request, headers }, connection, deadline, maxAnswerBytes, scope);
  };
  const token = await tokens?.get(deadline);
  const reply = await send(token);
  if (reply.status !== 401 || tokens === undefined || token === undefined) return reply;
  tokens.forget(token);
  return send(await tokens.get(deadline));
}
