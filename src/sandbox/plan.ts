/** Who and what there is in the two pretend countries: members, their systems, services and who may call them. Data only. */

export type CountryCode = 'EE' | 'FI';

/** `<instance>/<class>/<code>/<subsystem>` */
export type SubsystemId = string;

/** `<instance>/<class>/<code>/<subsystem>/<service>[/<version>]` */
export type ServiceId = string;

export type SigningAlgorithm = 'rsa-2048' | 'p-256';

export interface Member {
  readonly memberClass: string;
  readonly memberCode: string;
  readonly organisation: string;
}

/** A member's information system or register: it has a TLS certificate, and a signing key where its messages are signed. */
export interface SystemPlan extends Member {
  readonly name: string;
  readonly subsystem: SubsystemId;
  readonly signing?: SigningAlgorithm;
}

export interface GatewayPlan extends Member {
  readonly signing: SigningAlgorithm;
  /** Subsystems under which foreign members ask here. */
  readonly clients: readonly SubsystemId[];
  /** Subsystems under which foreign services are offered here. */
  readonly providers: readonly SubsystemId[];
}

export interface ServicePlan {
  readonly id: ServiceId;
  readonly protocol: 'soap' | 'rest';
  /** The system that serves it, or the path on the gateway's domestic listener. */
  readonly at: { readonly system: string; readonly path: string } | { readonly gateway: string };
  readonly allowed: readonly SubsystemId[];
}

export interface CountryPlan {
  readonly country: CountryCode;
  readonly instance: string;
  readonly serverCode: string;
  readonly platform: string;
  readonly gateway: GatewayPlan;
  readonly systems: readonly SystemPlan[];
  readonly services: readonly ServicePlan[];
}

const ESTONIA: CountryPlan = {
  country: 'EE',
  instance: 'EE',
  serverCode: 'SS1',
  platform: 'X-tee (sandbox)',
  gateway: {
    memberClass: 'GOV',
    memberCode: '70006317',
    organisation: 'Riigi Infosüsteemi Amet',
    signing: 'p-256',
    clients: ['EE/GOV/70006317/FI-GOV-0245458-6-vero', 'EE/GOV/70006317/FI-MUN-0101263-6-vaestotiedot'],
    providers: ['EE/GOV/70006317/FI-prh'],
  },
  systems: [
    { name: 'emta', subsystem: 'EE/GOV/70000349/emta', memberClass: 'GOV', memberCode: '70000349', organisation: 'Maksu- ja Tolliamet', signing: 'p-256' },
    { name: 'rr', subsystem: 'EE/GOV/70008440/rr', memberClass: 'GOV', memberCode: '70008440', organisation: 'Siseministeerium', signing: 'p-256' },
    { name: 'pank', subsystem: 'EE/COM/10137319/pank', memberClass: 'COM', memberCode: '10137319', organisation: 'Rannikupank AS' },
  ],
  services: [
    {
      id: 'EE/GOV/70000349/emta/xteePalgaandmed/v1',
      protocol: 'soap',
      at: { system: 'emta', path: '/tsd' },
      // The bank asks with the consent of its customer: the domestic use of the same service.
      allowed: ['EE/GOV/70006317/FI-GOV-0245458-6-vero', 'EE/COM/10137319/pank'],
    },
    {
      id: 'EE/GOV/70008440/rr/RR456/v1',
      protocol: 'soap',
      at: { system: 'rr', path: '/producer' },
      allowed: ['EE/GOV/70006317/FI-MUN-0101263-6-vaestotiedot', 'EE/GOV/70000349/emta'],
    },
    { id: 'EE/GOV/70006317/FI-prh/lihtandmed_v2/v1', protocol: 'soap', at: { gateway: '/services/fi-companies' }, allowed: ['EE/COM/10137319/pank'] },
  ],
};

const FINLAND: CountryPlan = {
  country: 'FI',
  instance: 'FI',
  serverCode: 'SS1',
  platform: 'Palveluväylä (sandbox)',
  gateway: {
    memberClass: 'GOV',
    memberCode: '0245437-2',
    organisation: 'Digi- ja väestötietovirasto',
    signing: 'p-256',
    clients: ['FI/GOV/0245437-2/EE-COM-10137319-pank'],
    providers: ['FI/GOV/0245437-2/EE-emta', 'FI/GOV/0245437-2/EE-rr'],
  },
  systems: [
    { name: 'vero', subsystem: 'FI/GOV/0245458-6/vero', memberClass: 'GOV', memberCode: '0245458-6', organisation: 'Verohallinto' },
    { name: 'prh', subsystem: 'FI/GOV/0244683-1/prh', memberClass: 'GOV', memberCode: '0244683-1', organisation: 'Patentti- ja rekisterihallitus' },
    { name: 'vaestotiedot', subsystem: 'FI/MUN/0101263-6/vaestotiedot', memberClass: 'MUN', memberCode: '0101263-6', organisation: 'Merilahden kaupunki', signing: 'rsa-2048' },
  ],
  services: [
    {
      id: 'FI/GOV/0244683-1/prh/companies',
      protocol: 'rest',
      at: { system: 'prh', path: '/opendata-ytj-api/v3' },
      allowed: ['FI/GOV/0245437-2/EE-COM-10137319-pank', 'FI/GOV/0245458-6/vero'],
    },
    { id: 'FI/GOV/0245437-2/EE-emta/employmentIncome', protocol: 'rest', at: { gateway: '/services/ee-employment-income' }, allowed: ['FI/GOV/0245458-6/vero'] },
    { id: 'FI/GOV/0245437-2/EE-rr/HenkilonTunnusKysely/v1', protocol: 'soap', at: { gateway: '/services/ee-population' }, allowed: ['FI/MUN/0101263-6/vaestotiedot'] },
  ],
};

export const PLANS: Readonly<Record<CountryCode, CountryPlan>> = { EE: ESTONIA, FI: FINLAND };
