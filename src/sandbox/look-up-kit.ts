/** A country whose registers and questions are look-ups by number: its kit is data. */
import type { CountryKit, KitParts, Known } from './country.ts';
import type { OperateOptions, Operation } from './operate.ts';
import type { Desk } from './desk.ts';
import type { HomePlan } from './plan.ts';
import { systemOf } from './plan.ts';
import { startLookUps } from './registers/look-up.ts';
import type { LookUp } from './registers/look-up.ts';
import { askRest } from './rest-asker.ts';

export interface LookUpAgencies {
  /** By the system that asks. */
  readonly desks: ReadonlyMap<string, Desk>;
  readonly foreign: KitParts['foreign'];
  readonly plan: KitParts['plan'];
}

/** `lookUps` and `known`: by code of the service. */
export function lookUpKit(home: HomePlan, lookUps: Readonly<Record<string, LookUp>>, known: Readonly<Record<string, Known>>): CountryKit<LookUpAgencies> {
  return {
    home,
    known,
    registers: (parts) => lookUpRegisters(home, lookUps, parts),
    agencies: (operation, parts) => lookUpAgencies(home, operation, parts),
    ask({ desks, foreign, plan }, code, number) {
      const system = home.asks[code] ?? '';
      const [desk, lookUp] = [desks.get(system), lookUps[code]];
      if (desk === undefined || lookUp === undefined) throw new Error(`sandbox: nobody in ${home.country} asks ${code}`);
      const service = foreign(code);
      const at = plan.services.find(({ id }) => id === service)?.at;
      return askRest(desk, home.software, { client: systemOf(home, system).subsystem, service, at: at !== undefined && 'gateway' in at ? at.gateway : '' }, lookUp, number);
    },
  };
}

/** One listener for each system that serves look-ups. */
export function lookUpRegisters(home: HomePlan, lookUps: Readonly<Record<string, LookUp>>, { plan }: Pick<KitParts, 'plan'>): OperateOptions['registers'] {
  const services = Object.entries(home.serves).flatMap(([code, { system, path }]) => (lookUps[code] === undefined ? [] : [{ system, path, lookUp: lookUps[code] }]));
  const idOf = (system: string): string => plan.services.find(({ at }) => 'system' in at && at.system === system)?.id ?? system;
  return (settings) => Object.fromEntries([...Map.groupBy(services, ({ system }) => system)].map(([system, served]) => [system, startLookUps(settings(system), idOf(system), served)]));
}

export function lookUpAgencies(home: HomePlan, { desk }: Pick<Operation, 'desk'>, { foreign, plan }: Pick<KitParts, 'foreign' | 'plan'>): LookUpAgencies {
  return { desks: new Map([...new Set(Object.values(home.asks))].map((system) => [system, desk(system)])), foreign, plan };
}
