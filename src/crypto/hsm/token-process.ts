/**
 * The process that holds the vendor's library: a library that crashes, or hangs, harms this one alone. It answers what its parent asks, and ends
 * with whatever it cannot do, without a word of it but the kind: a vendor's text may hold anything.
 */
import type { FromToken, TokenRequest, TokenSettings } from './messages.ts';
import { TokenSession } from './token-session.ts';

const NOT_TO_BE_USED = 70;

function tell(message: FromToken): void {
  process.send?.(message);
}

function end(thrown: unknown): never {
  process.stderr.write(`${thrown instanceof Error ? `${thrown.name} ${thrown.message}`.slice(0, 200) : 'failed'}\n`);
  process.exit(NOT_TO_BE_USED);
}

process.once('message', (settings: TokenSettings) => {
  try {
    const session = new TokenSession(settings);
    process.on('message', (request: TokenRequest) => {
      session.run(request).then((result) => tell(result === undefined ? { id: request.id, missing: true } : { id: request.id, result: result.toString('base64') }), end);
    });
    tell({ ready: true });
  } catch (thrown) {
    end(thrown);
  }
});
process.once('disconnect', () => process.exit(0));
