/** What every register of the two countries shares: a listener that only the country's security server may reach. */
import type { HttpReply } from '../../platform/http-client.ts';
import { damaged } from '../damage.ts';
import type { Faults } from '../faults.ts';
import type { ServiceId } from '../plan.ts';
import { listen } from '../wire.ts';
import type { Incoming, Listener, TlsIdentity } from '../wire.ts';

export interface RegisterOptions {
  readonly port: number;
  readonly identity: TlsIdentity;
  readonly authority: string;
  /** Fingerprint of the internal certificate of the security server. */
  readonly securityServer: string;
  readonly faults: Faults;
}

const MAX_REQUEST = 1024 * 1024;

/** Starts a register that serves one service; anybody but the security server gets 403. */
export function startRegister(options: RegisterOptions, service: ServiceId, answer: (incoming: Incoming) => HttpReply): Promise<Listener> {
  return listen({
    port: options.port,
    identity: options.identity,
    authority: options.authority,
    maxBytes: MAX_REQUEST,
    handler: async (incoming) => {
      if (incoming.peer !== options.securityServer) return { status: 403, headers: { 'content-type': 'text/plain' }, body: Buffer.from('Forbidden') };
      return damaged(options.faults, service, async () => answer(incoming));
    },
  });
}
