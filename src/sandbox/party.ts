/** One side of a pair as its gateway is set up: what its platform gave it, and where things are. */
import type { CountryKeys } from './pki/prepare.ts';
import type { CountryPlan, Home, ServiceId } from './plan.ts';

export interface GatewayPorts {
  readonly domestic: number;
  readonly federation: number;
  readonly operations: number;
}

export interface Party {
  readonly home: Home;
  readonly plan: CountryPlan;
  readonly keys: CountryKeys;
  /** URL of the country's security server. */
  readonly securityServer: string;
  /** Of the platform's global configuration. */
  readonly configurationAnchor?: string;
  /** URL of the country's time-stamping authority. */
  readonly timeStamping: string;
  /** Where a service of ours is: a gateway at an API hub calls it itself. */
  readonly urlOf: (service: ServiceId) => string | undefined;
  readonly ports: GatewayPorts;
}
