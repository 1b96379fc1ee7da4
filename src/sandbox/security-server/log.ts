/** The stand-in's message log, kept in memory: what was handed to which service, under which id, and how it ended. */
import type { ServiceId, SubsystemId } from '../plan.ts';

export interface LogRecord {
  /** UTC milliseconds at which the request was handed over. */
  readonly at: number;
  /** Message id of the asking system. */
  readonly id: string;
  /** The platform's own id of this request. */
  readonly requestId: string;
  readonly client: SubsystemId;
  readonly service: ServiceId;
  /** `handing-over` until the service answers or the connection fails. */
  outcome: 'handing-over' | 'answered' | 'failed';
}

export class MessageLog {
  readonly #records: LogRecord[] = [];

  append(record: LogRecord): LogRecord {
    this.#records.push(record);
    return record;
  }

  get size(): number {
    return this.#records.length;
  }

  /** All records, or those of one service, oldest first. */
  records(service?: ServiceId): readonly LogRecord[] {
    return service === undefined ? [...this.#records] : this.#records.filter((record) => record.service === service);
  }

  /** How often each message id was handed to `service`. */
  deliveries(service: ServiceId): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { id } of this.records(service)) counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts;
  }

  clear(): void {
    this.#records.length = 0;
  }
}
