/** One file from a configured address, for what carries its own signature: who serves it proves nothing and is not asked to. */
import { Agent, request } from 'undici';
import { CausewayError } from '../errors.ts';

export interface Downloaded {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface DownloadLimits {
  readonly maxBytes: number;
  /** Milliseconds until the whole of the answer is there. */
  readonly timeout: number;
  /** Ends it before. */
  readonly signal?: AbortSignal;
  /** Who answers may show any certificate, one of its own making too. */
  readonly certificate?: 'any-since-the-content-is-signed';
}

const ANY_CERTIFICATE = new Agent({ connect: { rejectUnauthorized: false }, connections: 2, keepAliveTimeout: 1000 });

/** Gets `url` (http or https) once, without following redirects. Throws `service-unreachable`, `service-slow` after `timeout` ms, `too-large`. */
export function download(url: string, limits: DownloadLimits): Promise<Downloaded> {
  return fetchOnce(url, { method: 'GET' }, limits);
}

/** Posts `body` to `url`; otherwise as `download`. */
export function post(url: string, type: string, body: Uint8Array, limits: DownloadLimits): Promise<Downloaded> {
  return fetchOnce(url, { method: 'POST', headers: { 'content-type': type }, body }, limits);
}

type Asked = { readonly method: 'GET' } | { readonly method: 'POST'; readonly headers: Record<string, string>; readonly body: Uint8Array };

async function fetchOnce(url: string, asked: Asked, limits: DownloadLimits): Promise<Downloaded> {
  try {
    const { statusCode, headers, body } = await request(url, { ...asked, signal: AbortSignal.any([AbortSignal.timeout(limits.timeout), ...(limits.signal === undefined ? [] : [limits.signal])]), ...(limits.certificate === undefined ? {} : { dispatcher: ANY_CERTIFICATE }) });
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limits.maxBytes) throw new CausewayError('too-large', `${url}: more than ${limits.maxBytes} bytes`);
      chunks.push(chunk);
    }
    const contentType = headers['content-type'];
    return { status: statusCode, contentType: typeof contentType === 'string' ? contentType : '', body: Buffer.concat(chunks) };
  } catch (cause) {
    if (cause instanceof CausewayError) throw cause;
    const slow = cause instanceof Error && cause.name === 'TimeoutError';
    throw new CausewayError(slow ? 'service-slow' : 'service-unreachable', `${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
