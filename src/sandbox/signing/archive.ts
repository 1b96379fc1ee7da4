/** Messages that went through a stand-in, to be signed when somebody asks for their containers: a real server signs them at once, which no test could tell. */

export interface SignedMessage {
  readonly id: string;
  readonly kind: 'request' | 'response';
  /** Members between which it went: `<instance>/<class>/<code>`. */
  readonly client: string;
  readonly provider: string;
  readonly message: Uint8Array;
  readonly attachments: readonly Uint8Array[];
}

/** Of all messages together; the oldest go first. */
const MOST_BYTES = 64 * 1024 ** 2;

export class SignedMessages {
  readonly #messages: SignedMessage[] = [];
  #bytes = 0;

  /** Keeps a copy: what was read from a connection holds on to a larger buffer. */
  add({ message, attachments, ...about }: SignedMessage): void {
    const kept = { ...about, message: Buffer.from(message), attachments: attachments.map((one) => Buffer.from(one)) };
    this.#messages.push(kept);
    this.#bytes += sizeOf(kept);
    while (this.#bytes > MOST_BYTES) this.#bytes -= sizeOf(this.#messages.shift()!);
  }

  /** Those under an id in the log of a member. */
  of(id: string, member: string): readonly SignedMessage[] {
    return this.#messages.filter((one) => one.id === id && (one.client === member || one.provider === member));
  }
}

function sizeOf({ message, attachments }: SignedMessage): number {
  return [message, ...attachments].reduce((total, { length }) => total + length, 0);
}

/** `<instance>/<class>/<code>` of a subsystem or service. */
export function memberOf(id: string): string {
  return id.split('/').slice(0, 3).join('/');
}
