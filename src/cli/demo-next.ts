/** Commands that work while the demo runs. */
import { join } from 'node:path';
import type { Pair } from '../sandbox/pair.ts';

/** Text for a terminal; every line of it can be pasted. */
export function whatNext(pair: Pair, data: string): string {
  const { FI } = pair.countries;
  const identity = FI.keys.systems['vero']?.tls;
  const tls = `--cacert ${FI.keys.tlsAuthority.certificateFile} --cert ${identity?.certificateFile ?? ''} --key ${identity?.keyFile ?? ''}`;
  return `
Try next:
  # ask as Finland's tax administration, through its own security server
  curl -s ${tls} -H 'X-Road-Client: FI/GOV/0245458-6/vero' -H 'Content-Type: application/json' -d '{"person":{"idCountry":"EE","id":"36805280109"},"period":{"from":"2025-01","to":"2025-03"}}' ${FI.securityServerUrl}/r1/FI/GOV/0245437-2/EE-emta/employmentIncome/income-queries
  # health and metrics of Estonia's gateway
  curl -s http://127.0.0.1:${pair.gateways.EE.ports.operations}/health/ready
  curl -s http://127.0.0.1:${pair.gateways.EE.ports.operations}/metrics | grep causeway_steps
  # recompute both trails
  npm run causeway -- trail verify --data ${data}
  # the gateways' logs
  tail -f ${join(data, 'gateway-fi', 'gateway.log')}
Ctrl-C stops everything.`;
}
