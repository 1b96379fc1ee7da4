/** A connection to a party whose keys, and ours, change while the process runs. */
import { connect } from './http-client.ts';
import type { HttpConnection, LiveOptions, LiveTls } from './http-client.ts';

/** Who we are towards the party, asked for before each request. PEM. */
export interface ShownIdentity {
  readonly key: string;
  readonly cert: string;
}

export type LiveConnectionOptions = Omit<LiveOptions, 'tls'> & {
  readonly tls: Omit<LiveTls, 'key' | 'cert'>;
  /** Without it we show nothing. */
  readonly identity?: () => ShownIdentity;
};

/**
 * As `connect`, with pins that are asked for at every new TLS connection. When one was taken away, the connections that may have been opened
 * under it end before the next request: it would otherwise be believed for as long as they are kept alive. When our own identity is another
 * one, the next request shows it, and what is on its way ends as it began.
 */
export function connectLive({ identity, ...options }: LiveConnectionOptions): HttpConnection {
  const open = (mine: ShownIdentity | undefined) => connect({ ...options, tls: { ...options.tls, ...(mine && { key: mine.key, cert: mine.cert }) } });
  let shown = identity?.();
  let connection = open(shown);
  let before = options.tls.pins();
  const ending = new Set<HttpConnection>();
  const end = (old: ReturnType<typeof open>): void => {
    ending.add(old);
    void old.end().finally(() => ending.delete(old));
  };
  const current = (): HttpConnection => {
    const now = options.tls.pins();
    const mine = identity?.();
    const withdrawn = before.some((pin) => !now.includes(pin));
    if (withdrawn || mine !== shown) {
      if (withdrawn) void connection.close();
      else end(connection);
      connection = open(mine);
    }
    [before, shown] = [now, mine];
    return connection;
  };
  return { send: (request, limits) => current().send(request, limits), close: async () => void (await Promise.all([connection, ...ending].map((one) => one.close()))) };
}
