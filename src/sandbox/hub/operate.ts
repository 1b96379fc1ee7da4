/**
 * A country whose platform is an API hub, with its registers, running: no security server, so that registers know the gateway by its certificate and asking
 * systems speak to its domestic listener. Tokens and signatures, which a hub may want too, are those of hub.ts.
 */
import { Desk } from '../desk.ts';
import { Faults } from '../faults.ts';
import { PATIENCE, startRegisters } from '../operate.ts';
import type { OperateOptions, Operation } from '../operate.ts';
import { fingerprint, pinOf, tlsOf } from '../pki/credentials.ts';
import { MessageLog } from '../security-server/log.ts';

export async function operateHub(options: OperateOptions): Promise<Operation> {
  const { plan, keys, connections } = options;
  const faults = new Faults();
  const registers = await startRegisters(options, faults, fingerprint(keys.gateway.tls));
  const { gatewayUrl = '' } = options;
  const desks: Desk[] = [];
  return {
    securityServerUrl: gatewayUrl,
    log: new MessageLog(),
    faults,
    urlOf(id) {
      const at = plan.services.find((service) => service.id === id)?.at;
      return at === undefined || !('system' in at) ? undefined : `${registers.get(at.system)?.url}${at.path}`;
    },
    connectGateway: () => {},
    desk(system) {
      const desk = new Desk({ securityServerUrl: gatewayUrl, pin: pinOf(keys.gateway.tls), identity: tlsOf(keys, system), connections, patience: PATIENCE });
      desks.push(desk);
      return desk;
    },
    close: async () => void (await Promise.all([...[...registers.values()].map((register) => register.close()), ...desks.map((desk) => desk.close())])),
  };
}
