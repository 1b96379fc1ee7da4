/** HTTP as plain values, and the one place that opens outgoing connections (undici pools, keep-alive, mutual TLS). */

/** Header names are lower case; a repeated header is joined with ', ' as Node does. */
export type HttpHeaders = Readonly<Record<string, string>>;

export interface HttpMessage {
  readonly method: string;
  /** Path with query, as on the request line. */
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

export interface HttpConnection {
  /**
   * Sends one request and reads the whole answer, at most `maxBytes`. Rejects with `ConnectionFailed`: `sent` is false only
   * when no byte of the request can have reached the other side.
   */
  send(request: HttpMessage, options: { signal: AbortSignal; maxBytes: number }): Promise<HttpReply>;
  close(): Promise<void>;
}
