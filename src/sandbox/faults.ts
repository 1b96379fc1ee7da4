/** Faults on demand: what a part of a pretend country does wrong until it is told to stop. */

export type Fault =
  /** Answers that many milliseconds late. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Closes the connection without an answer. */
  | { readonly kind: 'down' }
  /** Answers bytes that are neither XML nor JSON. */
  | { readonly kind: 'garbage' }
  /** Answers under another message id. */
  | { readonly kind: 'wrong-id' }
  /** Answers with the hash of another request. */
  | { readonly kind: 'wrong-request-hash' }
  /** A security server: its internal TLS certificate is expired. A signer: its signing certificate is. */
  | { readonly kind: 'expired-certificate' }
  /** Writes its signatures' creation time that many milliseconds off. */
  | { readonly kind: 'clock-off'; readonly ms: number }
  /** A SOAP fault of its own. */
  | { readonly kind: 'soap-fault' }
  /** Status 500 with a JSON body of its own. */
  | { readonly kind: 'rest-500' }
  /** Announces the whole answer and closes half-way. */
  | { readonly kind: 'truncated' }
  /** A security server: none of its containers has a time-stamp. */
  | { readonly kind: 'unstamped' }
  /** A security server: its containers hold another message, or are signed by another member. */
  | { readonly kind: 'other-message' }
  | { readonly kind: 'other-signer' }
  /** A central server: its configuration lasts that many milliseconds. */
  | { readonly kind: 'short-lived'; readonly ms: number }
  /** An answer of at least that many bytes. */
  | { readonly kind: 'oversized'; readonly bytes: number };

export type FaultKind = Fault['kind'];

type FaultOf<K extends FaultKind> = Extract<Fault, { readonly kind: K }>;

/** The target of faults of the country's security server itself. */
export const SECURITY_SERVER = 'security-server';

/** The target of faults of the country's central server. */
export const CENTRAL_SERVER = 'central-server';

/**
 * The faults in force in one country, by target: a service id, the subsystem id of an asking system, `security-server` or `central-server`.
 * One target may have several at once (slow and wrong-id). Takes effect at the next message.
 */
export class Faults {
  readonly #byTarget = new Map<string, Map<FaultKind, Fault>>();
  readonly #watchers = new Map<string, () => void>();

  /** Calls `changed` after every change of the faults of `target`: for what must act before the next message. */
  watch(target: string, changed: () => void): void {
    this.#watchers.set(target, changed);
  }

  set(target: string, fault: Fault): void {
    const faults = this.#byTarget.get(target) ?? new Map<FaultKind, Fault>();
    this.#byTarget.set(target, faults.set(fault.kind, fault));
    this.#watchers.get(target)?.();
  }

  /** Without a target: every fault of the country. */
  clear(target?: string): void {
    const targets = target === undefined ? [...this.#byTarget.keys()] : [target];
    for (const name of targets) {
      this.#byTarget.delete(name);
      this.#watchers.get(name)?.();
    }
  }

  has(target: string, kind: FaultKind): boolean {
    return this.get(target, kind) !== undefined;
  }

  get<K extends FaultKind>(target: string, kind: K): FaultOf<K> | undefined {
    return this.#byTarget.get(target)?.get(kind) as FaultOf<K> | undefined;
  }
}
