/** A connection to a party whose keys change while the process runs. */
import { connect } from './http-client.ts';
import type { HttpConnection, LiveOptions } from './http-client.ts';

/**
 * As `connect`, with pins that are asked for at every new TLS connection. When one was taken away, the connections that may have been opened
 * under it end before the next request: it would otherwise be believed for as long as they are kept alive.
 */
export function connectLive(options: LiveOptions): HttpConnection {
  let connection = connect(options);
  let before = options.tls.pins();
  const current = (): HttpConnection => {
    const now = options.tls.pins();
    if (before.some((pin) => !now.includes(pin))) {
      void connection.close();
      connection = connect(options);
    }
    before = now;
    return connection;
  };
  return { send: (request, limits) => current().send(request, limits), close: () => connection.close() };
}
