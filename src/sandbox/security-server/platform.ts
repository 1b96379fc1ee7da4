/** What both sides of the stand-in share: who may, where to, and the record of what was handed over. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { HttpMessage, HttpReply } from '../../platform/http-client.ts';
import type { Notary } from '../signing/notary.ts';
import type { SignedMessages } from '../signing/archive.ts';
import type { Faults } from '../faults.ts';
import type { SubsystemId } from '../plan.ts';
import type { OfferedService, Registry } from './access.ts';
import type { MessageLog } from './log.ts';
import type { Upstream } from './upstream.ts';

export interface PlatformParts {
  readonly instance: string;
  readonly registry: Registry;
  readonly faults: Faults;
  readonly log: MessageLog;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly notary: Notary;
  readonly messages: SignedMessages;
}

/** What identifies a request on its way through. */
export interface Handed {
  readonly id: string;
  readonly client: SubsystemId;
  readonly requestId?: string;
}

export class Platform {
  readonly instance: string;
  readonly registry: Registry;
  readonly faults: Faults;
  /** Signs for the members, what went between them. */
  readonly notary: Notary;
  readonly messages: SignedMessages;
  readonly #log: MessageLog;
  readonly #upstream: Upstream;
  readonly #clock: Clock;

  constructor(parts: PlatformParts) {
    this.instance = parts.instance;
    this.registry = parts.registry;
    this.faults = parts.faults;
    this.notary = parts.notary;
    this.messages = parts.messages;
    this.#log = parts.log;
    this.#upstream = parts.upstream;
    this.#clock = parts.clock;
  }

  /** Logs first, then forwards: what a service may have seen is in the log, whatever happens next. */
  async handOver(handed: Handed, service: OfferedService, message: HttpMessage, prefix: string): Promise<HttpReply> {
    const record = this.#log.append({ at: this.#clock.now(), id: handed.id, requestId: handed.requestId ?? randomUUID(), client: handed.client, service: service.id, outcome: 'handing-over' });
    try {
      const reply = await this.#upstream.forward(service, message, prefix);
      record.outcome = 'answered';
      return reply;
    } catch (error) {
      record.outcome = 'failed';
      throw error;
    }
  }
}
