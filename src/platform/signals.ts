/** Signals that ask a process to stop, or to look at its files again. */

/** Within this time the same Ctrl-C arrives several times: from the terminal, from npm and from start.mjs. */
const ONE_REQUEST_MS = 1000;

/**
 * Resolves on the first SIGINT or SIGTERM; on SIGHUP too, unless `hangupStops` is false. Repeats within a second are the same request; a later one means that whoever asks will
 * not wait for the drain: the process ends at once with 128 + the signal's number.
 */
export function stopRequested({ hangupStops = true } = {}): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15], ...(hangupStops ? [['SIGHUP', 1] as const] : [])] as const) {
      process.on(signal, () => {
        const now = performance.now();
        first ??= now;
        if (now - first > ONE_REQUEST_MS) process.exit(128 + number);
        resolve(signal);
      });
    }
  });
}

/** Runs `reload` at each SIGHUP, as service managers send it for a change of files. */
export function onHangup(reload: () => void): void {
  process.on('SIGHUP', reload);
}
