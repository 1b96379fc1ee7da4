/** Several servers of one party as one connection: another is taken only where nothing was sent to the one before. */
import { ConnectionFailed } from './http-client.ts';
import type { HttpConnection, HttpMessage, HttpReply } from './http-client.ts';

export interface NamedConnection {
  readonly name: string;
  readonly connection: HttpConnection;
}

export interface FailoverOptions {
  /** Told when a server that could not be reached is left out, and when it is taken again. */
  changed(name: string, reachable: boolean, cause?: ConnectionFailed): void;
  /** Milliseconds between two tries to reach a server that is left out; default 5000. */
  readonly probeEvery?: number;
}

const PROBE_EVERY_MS = 5_000;
/** Milliseconds for a try: a connection, and any answer at all. */
const PROBE_MS = 10_000;
const PROBE_BYTES = 64 * 1024;
const PROBE: HttpMessage = { method: 'GET', target: '/', headers: {}, body: new Uint8Array() };

/**
 * Sends to the first of `servers`, in their order, that could be reached last time; where none could, all are tried. A server to which no connection comes about
 * is left out until a try in the background reaches it. Once a byte may have left, the failure is the caller's: a second server could act on the request again.
 */
export function failover(servers: readonly NamedConnection[], options: FailoverOptions): HttpConnection {
  const probes = new Map<NamedConnection, NodeJS.Timeout>();
  const leaveOut = (server: NamedConnection, cause: ConnectionFailed): void => {
    if (probes.has(server)) return;
    options.changed(server.name, false, cause);
    const timer = setInterval(() => void probe(server), options.probeEvery ?? PROBE_EVERY_MS);
    probes.set(server, timer.unref());
  };
  const takeAgain = (server: NamedConnection): void => {
    if (!probes.has(server)) return;
    clearInterval(probes.get(server));
    probes.delete(server);
    options.changed(server.name, true);
  };
  const probe = async (server: NamedConnection): Promise<void> => {
    try {
      await server.connection.send(PROBE, { signal: AbortSignal.timeout(PROBE_MS), maxBytes: PROBE_BYTES });
      takeAgain(server);
    } catch (thrown) {
      // Whatever it makes of the question: it is there.
      if (thrown instanceof ConnectionFailed && thrown.sent && thrown.reason !== 'aborted') takeAgain(server);
    }
  };
  return {
    async send(request, limits): Promise<HttpReply> {
      const reachable = servers.filter((server) => !probes.has(server));
      let failure: ConnectionFailed | undefined;
      for (const server of [...reachable, ...servers.filter((one) => !reachable.includes(one))]) {
        try {
          const reply = await server.connection.send(request, limits);
          takeAgain(server);
          return reply;
        } catch (thrown) {
          if (!(thrown instanceof ConnectionFailed) || thrown.sent || thrown.reason !== 'connect') throw thrown;
          leaveOut(server, thrown);
          failure = thrown;
        }
      }
      throw failure ?? new ConnectionFailed('connect', false, 'there is no server to send to');
    },
    async close() {
      for (const timer of probes.values()) clearInterval(timer);
      probes.clear();
      await Promise.all(servers.map(({ connection }) => connection.close()));
    },
  };
}

/** `connection` with every target below the path of a URL. */
export function below(connection: HttpConnection, pathname: string): HttpConnection {
  const base = pathname.replace(/\/$/, '');
  const targetOf = (target: string): string => (target === '' ? pathname : base + target);
  return { send: (request, limits) => connection.send({ ...request, target: targetOf(request.target) }, limits), close: () => connection.close() };
}
