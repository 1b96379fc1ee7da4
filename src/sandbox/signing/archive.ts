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

const MOST = 2000;

export class SignedMessages {
  readonly #messages: SignedMessage[] = [];

  add(message: SignedMessage): void {
    this.#messages.push(message);
    if (this.#messages.length > MOST) this.#messages.shift();
  }

  /** Those under an id in the log of a member. */
  of(id: string, member: string): readonly SignedMessage[] {
    return this.#messages.filter((one) => one.id === id && (one.client === member || one.provider === member));
  }
}

/** `<instance>/<class>/<code>` of a subsystem or service. */
export function memberOf(id: string): string {
  return id.split('/').slice(0, 3).join('/');
}
