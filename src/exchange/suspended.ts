/** What operators have suspended while the gateway runs: the flows ask it of each request. */
import type { Asked, Suspension } from '../federation/link.ts';
import type { SuspendOrder } from '../federation/suspension-orders.ts';

export class Suspended {
  readonly #orders = new Map<string, SuspendOrder>();

  add(order: SuspendOrder): void {
    this.#orders.set(order.id, order);
  }

  remove(id: string): void {
    this.#orders.delete(id);
  }

  has(id: string): boolean {
    return this.#orders.has(id);
  }

  /** Suspensions in force, by link. */
  *counts(links: readonly string[]): Iterable<readonly [string, number]> {
    for (const link of links) yield [link, [...this.#orders.values()].filter((order) => order.link === link).length];
  }

  /** The suspension that a request falls under. Everything that an order names must fit. */
  of(link: string, asked: Asked): Suspension | undefined {
    return [...this.#orders.values()].find((order) => order.link === link && fits(order.leg, asked.leg) && within(order.service, asked.service) && within(order.member, asked.client));
  }
}

function fits(named: string | undefined, asked: string): boolean {
  return named === undefined || named === asked;
}

/** An identifier stands for all below it: a member for its subsystems, a service for its versions. */
function within(named: string | undefined, asked: string): boolean {
  return named === undefined || asked === named || asked.startsWith(`${named}/`);
}
