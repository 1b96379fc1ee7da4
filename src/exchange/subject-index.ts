/** The subject index: whom the records of exchanges are about, under keys of years that the store keeps. */
import type { KekRing } from '../evidence/kek-ring.ts';
import { subjectTag } from '../evidence/subject.ts';
import type { Subject } from '../mapping/subjects.ts';
import type { JsonValue } from '../stages.ts';
import type { Store, SubjectTag } from '../trail/store.ts';
import type { DomesticTask } from './flow.ts';

export class SubjectIndex {
  readonly #store: Store;
  readonly #keks: KekRing;
  readonly #keys = new Map<number, Promise<Uint8Array>>();

  constructor(store: Store, keks: KekRing) {
    this.#store = store;
    this.#keks = keks;
  }

  /** Tags for a record of a peer's question: of the persons whose authority may ask us, and none where the link hides its purpose from them. */
  async ofTask({ use, translation }: DomesticTask, step: 'request' | 'response', document: JsonValue, now: number): Promise<readonly SubjectTag[]> {
    const { agreement, us } = use.version;
    if (agreement.hiddenFromSubjects?.includes(use.grant.purpose) === true) return [];
    const subjects = translation.subjects(step, document).filter(({ country }) => country === us.country);
    if (subjects.length === 0) return [];
    const year = new Date(now).getUTCFullYear();
    const key = await this.#keyOf(year);
    return subjects.map((subject) => ({ year, tag: subjectTag(key, subject) }));
  }

  /** Exchanges of ours about a subject, the newest first, in whatever year. */
  async exchangesAbout(subject: Subject): Promise<readonly string[]> {
    const keys = await this.#store.subjectKeys();
    return this.#store.exchangesAbout(keys.map(({ year, wrapped }) => ({ year, tag: subjectTag(this.#keks.openSubjectKey(year, wrapped), subject) })));
  }

  /** Made and on disk before the first tag under it. A failure is not remembered. */
  #keyOf(year: number): Promise<Uint8Array> {
    const known = this.#keys.get(year) ?? this.#load(year);
    this.#keys.set(year, known);
    known.catch(() => this.#keys.delete(year));
    return known;
  }

  async #load(year: number): Promise<Uint8Array> {
    const { wrapped } = await this.#store.addSubjectKey({ year, wrapped: this.#keks.newSubjectKey(year) });
    return this.#keks.openSubjectKey(year, wrapped);
  }
}
