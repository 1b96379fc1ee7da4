/**
 * Changing our keys while exchanges go on (docs/trust.md, "Changing keys"): each step is written down before it acts, and none is taken before
 * its time. A planned key is used when it was shown for long enough and every peer says that it would believe it; whatever stops in between
 * stops with both keys in force.
 */
import { asCausewayError } from '../errors.ts';
import type { GatewayConfig } from '../config/config.ts';
import { askRehearsal } from '../federation/key-rehearsal.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { Entry } from '../trail/entry.ts';
import type { Store } from '../trail/store.ts';
import { addToHistory } from '../trust/own/key-history.ts';
import { ROTATING } from '../trust/own/key-plan.ts';
import type { KeyFolders, KeyOrder, KeyOutcome, KeyPlan, KeyVerdict, RotatingRole } from '../trust/own/key-plan.ts';
import type { ObserveKeys } from '../trust/own/key-steps.ts';
import { makeNextKey, temporaryKey } from '../trust/own/make-key.ts';
import type { OwnKeys } from '../trust/own/own-keys.ts';
import type { PublishedKeys } from '../trust/own/published-keys.ts';
import type { Peer } from './flow.ts';
import type { EvidenceRotation } from './rotating-evidence.ts';

/** Orders that are kept with what came of them. */
const KEPT = 50;
/** Milliseconds between two times that the peers are asked about a key that waits. */
const ASK_EVERY_MS = 1000;

export interface RotatingOptions {
  readonly config: Pick<GatewayConfig, 'rotation' | 'gateway' | 'data'>;
  readonly keys: OwnKeys;
  readonly folders: KeyFolders;
  readonly peers: readonly Peer[];
  readonly evidence: EvidenceRotation;
  readonly store: Store;
  readonly clock: Clock;
  readonly clockState: () => Entry['t']['clock'];
  /** Whether the link's log may grow now (keeper.ts). */
  mayAppend(link: string): boolean;
  /** Our configuration as it would be with these keys; undefined where peers believe us by files. */
  configuration(keys: PublishedKeys, now: number): Promise<string | undefined>;
  readonly log: Logger;
  readonly observe: ObserveKeys;
}

export class Rotating {
  readonly #options: RotatingOptions;
  readonly #settled = new Set<string>();
  readonly #asked = new Map<RotatingRole, number>();
  #looking: Promise<void> = Promise.resolve();

  constructor(options: RotatingOptions) {
    this.#options = options;
  }

  /** Takes orders, and goes on with what is due. To be called a few times a second; overlapping calls follow each other. Never throws. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look()).catch((thrown: unknown) => this.#options.log.error({ err: asCausewayError(thrown) }, 'a change of keys cannot go on; it is tried again'));
    return this.#looking;
  }

  async close(): Promise<void> {
    await this.#looking;
  }

  /** For operators: what waits, and for what. */
  get warnings(): readonly string[] {
    return ROTATING.flatMap((role) => {
      const waiting = this.#options.keys.plan(role)?.waiting;
      return waiting === undefined ? [] : [`the change of the ${role} key waits: ${waiting}`];
    });
  }

  async #look(): Promise<void> {
    const { folders, keys, evidence } = this.#options;
    for (const id of await folders.orders.ids()) if (!this.#settled.has(id)) await this.#take(id);
    for (const role of ROTATING) {
      const plan = keys.plan(role);
      if (plan !== undefined) await this.#goOn(plan);
    }
    await evidence.look();
  }

  async #take(id: string): Promise<void> {
    const { folders, clock, log } = this.#options;
    this.#settled.add(id);
    if ((await folders.outcomes.find(id)) !== undefined) return;
    try {
      const order = await folders.orders.read(id);
      const outcome = await this.#carryOut(order);
      await folders.outcomes.write(id, { v: 1, id, at: clock.now(), ...outcome });
    } catch (thrown) {
      const error = asCausewayError(thrown);
      log.warn({ order: id, err: error }, 'an order to change a key is not carried out');
      await folders.outcomes.write(id, { v: 1, id, at: clock.now(), refused: error.message });
    }
    await this.#forget();
  }

  /** An order goes before its outcome: one without would be carried out again. That it is gone is on disk once the next order is, and only then its outcome goes. */
  async #forget(): Promise<void> {
    const { orders, outcomes } = this.#options.folders;
    const ids = await outcomes.ids();
    if (ids.length <= KEPT) return;
    const held = new Set(await orders.ids());
    const newestFirst = (await Promise.all(ids.map((id) => outcomes.read(id)))).toSorted((a, b) => b.at - a.at);
    for (const { id } of newestFirst.slice(KEPT)) await (held.has(id) ? orders : outcomes).remove(id);
  }

  #carryOut({ role, ...order }: KeyOrder): Promise<Pick<KeyOutcome, 'refused' | 'kid' | 'peers'>> | { readonly refused: string } {
    if (role !== 'evidence') return order.action === 'rehearse' ? this.#rehearse(role) : this.#begin({ ...order, role });
    return order.action === 'rehearse' ? { refused: 'the evidence key is shown to nobody: there is nothing to rehearse' } : this.#options.evidence.begin({ ...order, role });
  }

  /** With a key of the same kind that is thrown away: what the peers would say of the real one. */
  async #rehearse(role: RotatingRole): Promise<{ readonly kid: string; readonly peers: KeyVerdict[] }> {
    const { keys, clock } = this.#options;
    const next = await temporaryKey(role, keys, clock.now());
    const kid = 'pin' in next ? next.pin : next.kid;
    return { kid, peers: await this.#ask(role, kid, keys.publishedWith(role, next)) };
  }

  async #begin({ id, role, reason }: KeyOrder & { readonly role: RotatingRole }): Promise<{ readonly refused: string } | { readonly kid: string }> {
    const { keys, clock, log } = this.#options;
    const running = keys.plan(role);
    // A crash lay between the plan and the outcome.
    if (running?.id === id) return { kid: running.next };
    if (running !== undefined) return { refused: `a change of the ${role} key is under way: \`causeway keys list\`` };
    const { kid: old, key } = keys.current(role);
    const now = clock.now();
    const next = await makeNextKey(role, keys, now);
    const { kty = '', crv = '', x = '', y = '' } = key.export({ format: 'jwk' });
    await this.#write({ v: 1, id, role, reason, state: 'prepared', old, next, oldKey: { kty, crv, x, y }, preparedAt: now });
    log.warn({ role, old, next, reason }, 'a change of a key begins');
    return { kid: next };
  }

  async #goOn(plan: KeyPlan): Promise<void> {
    const now = this.#options.clock.now();
    if (plan.state === 'prepared') await this.#publish(plan, now);
    else if (plan.state === 'published' && now >= (plan.useFrom ?? 0)) await this.#use(plan, now);
    else if (plan.state === 'in-use' && now >= (plan.retireFrom ?? 0)) await this.#retire(plan, now);
    else if (plan.state === 'retired') await this.#finish(plan);
  }

  /** Recorded before anybody can see it. */
  async #publish(plan: KeyPlan, now: number): Promise<void> {
    const { rotation } = this.#options.config;
    if (!(await this.#record(plan, 'added', plan.next, now))) return;
    if (plan.reason === 'planned') return this.#write({ ...plan, state: 'published', publishedAt: now, useFrom: now + rotation.publishBefore });
    await this.#record(plan, 'compromised', plan.old, now);
    return this.#write({ ...plan, state: 'in-use', publishedAt: now, useFrom: now, usedAt: now, retireFrom: now + rotation.retireAfter });
  }

  async #use(plan: KeyPlan, now: number): Promise<void> {
    const { keys, log, config } = this.#options;
    if (now < (this.#asked.get(plan.role) ?? 0)) return;
    this.#asked.set(plan.role, now + ASK_EVERY_MS);
    const shown = plan.role === 'entity' ? keys.published : undefined;
    const refused = (await this.#ask(plan.role, plan.next, shown && { ...shown, entity: shown.entity.filter(({ kid }) => kid === plan.next) })).find(({ accepted }) => !accepted);
    if (refused !== undefined) {
      const waiting = `${refused.peer}: ${refused.text}`;
      if (waiting !== plan.waiting) await this.#write({ ...plan, waiting });
      return;
    }
    const { waiting: _, ...rest } = plan;
    await this.#write({ ...rest, state: 'in-use', usedAt: now, retireFrom: now + config.rotation.retireAfter });
    log.warn({ role: plan.role, kid: plan.next }, 'the next key is in use');
  }

  async #retire(plan: KeyPlan, now: number): Promise<void> {
    if (!(await this.#record(plan, 'removed', plan.old, now))) return;
    const { role, old, oldKey, reason } = plan;
    await addToHistory(this.#options.config.data, { role, kid: old, ...oldKey, exp: Math.floor(now / 1000), reason: reason === 'planned' ? 'superseded' : 'compromised' });
    await this.#write({ ...plan, state: 'retired' });
    await this.#finish({ ...plan, state: 'retired' });
  }

  async #finish({ role, old }: KeyPlan): Promise<void> {
    const { keys, folders, log, observe } = this.#options;
    await keys.replace(role, () => observe('keys.moved', { role }));
    await folders.plans.remove(role);
    await keys.reload();
    log.warn({ role, kid: old }, 'the old key is gone');
  }

  /** On disk, then in force. */
  async #write(plan: KeyPlan): Promise<void> {
    const { folders, keys, observe } = this.#options;
    await folders.plans.write(plan.role, plan);
    observe(`keys.${plan.state}`, { role: plan.role });
    await keys.reload();
  }

  /** In the log of each link; false while one of them may not grow. A crash before the plan is written records it once more. */
  async #record({ role }: KeyPlan, action: NonNullable<Entry['key']>['action'], kid: string, now: number): Promise<boolean> {
    const { peers, store, clockState, mayAppend, observe } = this.#options;
    if (!peers.every(({ link }) => mayAppend(link.id))) return false;
    const entries = peers.map(({ link }) => {
      const { agreement } = link.versions.at(-1) ?? link.versions[0];
      return { log: link.id, entry: { v: 1, step: 'key-event', kid, key: { role, action }, link: { id: link.id, version: agreement.version }, t: { ms: now, clock: clockState() } } satisfies Entry };
    });
    await store.commit({ entries });
    observe('keys.recorded', { role });
    return true;
  }

  #ask(role: RotatingRole, kid: string, under: PublishedKeys | undefined): Promise<KeyVerdict[]> {
    return Promise.all(this.#options.peers.map((peer) => this.#askOne(peer, role, kid, under)));
  }

  async #askOne({ link, connection }: Peer, role: RotatingRole, kid: string, under: PublishedKeys | undefined): Promise<KeyVerdict> {
    const about = { link: link.id, peer: link.peer };
    try {
      const configuration = under && (await this.#options.configuration(under, this.#options.clock.now()));
      const { by, accepted, refused } = await askRehearsal(connection, { ...(configuration === undefined ? {} : { configuration }), keys: [{ role, kid }] });
      if (accepted[0] === true) return { ...about, accepted: true, text: by === 'chains' ? 'believed by its chain' : 'in its file' };
      return { ...about, accepted: false, text: refused === undefined ? WHY_NOT[by] : `${refused.code}: ${refused.text}` };
    } catch (thrown) {
      return { ...about, accepted: false, text: thrown instanceof Error ? thrown.message : asCausewayError(thrown).message };
    }
  }
}

const WHY_NOT = { chains: 'its chain does not show the key yet', files: 'its file does not hold the key: `causeway trust export` here, `causeway trust import` there' } as const;
