/** The store's own thread: it alone touches the database files. One batch in, one batch of outcomes out. */
import { parentPort, workerData } from 'node:worker_threads';
import { asCausewayError } from '../../errors.ts';
import { Awaited } from './awaited.ts';
import { Checkpoints } from './checkpoints.ts';
import { GroupCommit } from './commit.ts';
import { Erasing } from './erasing.ts';
import { EvidenceRecords, RecordKeys } from './evidence.ts';
import { Exchanges } from './exchanges.ts';
import { KeptFiles } from './files.ts';
import { openFiles } from './layout.ts';
import { Logs } from './logs.ts';
import { Timestamps } from './timestamps.ts';
import type { Batch, Calls, OpenOptions, Outcome, Reply, WireCall, WireFailure } from './wire.ts';

function failureOf(thrown: unknown): WireFailure {
  const error = asCausewayError(thrown);
  return { code: error.code, message: error.message };
}

function openStore(options: OpenOptions) {
  const files = openFiles(options.folder, options.maxPages);
  const logs = new Logs(files.trail, options.logs);
  const exchanges = new Exchanges(files.trail);
  const keys = new RecordKeys(files.keys);
  const evidence = new EvidenceRecords(files.trail, keys);
  const checkpoints = new Checkpoints(files.trail, 'checkpoint');
  const publiclyWitnessed = new Checkpoints(files.trail, 'publicly_witnessed');
  const kept = new KeptFiles(files.trail);
  const timestamps = new Timestamps(files.trail);
  const awaited = new Awaited(files.trail);
  const erasing = new Erasing(files.trail, { keys, exchanges, kept, awaited });
  const calls: Calls = {
    findExchange: (direction, xid) => exchanges.find(direction, xid),
    findCaller: (caller) => exchanges.findCaller(caller),
    openExchanges: () => exchanges.open(),
    evidence: (id) => evidence.get(id),
    recordKey: (xid) => keys.get(xid),
    recordKeys: (at, limit) => keys.after(at, limit),
    rewrap: (rewrapped) => keys.rewrap(rewrapped),
    exchangesAbout: (tags) => evidence.exchangesAbout(tags),
    subjectKeys: () => keys.subjects.keys(),
    addSubjectKey: (key) => keys.subjects.addKey(key),
    dropSubjectKeys: (year) => keys.dropSubjectKeys(year),
    eraseRecordKey: (xid) => keys.erase(xid),
    erase: (xid) => erasing.erase(xid),
    eraseAgain: (log) => erasing.eraseAgain(log),
    expire: (link, before, after, limit) => erasing.expire(link, before, after, limit),
    awaited: (now, limit) => awaited.due(now, limit),
    awaitedCount: () => awaited.count(),
    head: (log) => logs.head(log),
    openShard: (log, origin, first) => logs.openShard(log, origin, first),
    recover: (log, origin, entries) => logs.recover(log, origin, entries),
    redact: (origin, index, decision) => logs.redact(origin, index, decision),
    saveCheckpoint: (origin, size, note) => checkpoints.save(origin, size, note),
    checkpoint: (origin) => checkpoints.latest(origin),
    savePubliclyWitnessed: (origin, size, note) => publiclyWitnessed.save(origin, size, note),
    publiclyWitnessed: (origin) => publiclyWitnessed.latest(origin),
    timestamps: (authority) => timestamps.largest(authority),
    forget(now) {
      exchanges.forget(now);
      return kept.orphans();
    },
    files: () => kept.all(),
  };
  return { commits: new GroupCommit(files.trail, { logs, exchanges, evidence, timestamps, awaited, keys, kept }), calls, close: files.close };
}

class Service {
  readonly #store: ReturnType<typeof openStore>;
  /** Why nothing may be written any more. Only opening the store anew tells what is on disk, so there is no way back. */
  #broken: string | undefined;

  constructor(options: OpenOptions) {
    this.#store = openStore(options);
  }

  handle(batch: Batch): Reply {
    const commits = this.#commit(batch.commits);
    const calls = batch.calls.map((call) => this.#call(call));
    if (batch.close) this.#store.close();
    return { commits, calls, ...(this.#broken !== undefined && { broken: this.#broken }) };
  }

  #commit(commits: Batch['commits']): Reply['commits'] {
    if (commits.length === 0) return [];
    try {
      if (this.#broken === undefined) return this.#store.commits.run(commits);
    } catch (thrown) {
      this.#break(thrown);
    }
    return commits.map(() => this.#unavailable());
  }

  #call({ method, args }: WireCall): Outcome<unknown> {
    if (this.#broken !== undefined) return this.#unavailable();
    try {
      return { value: (this.#store.calls[method] as (...args: readonly unknown[]) => unknown)(...args) };
    } catch (thrown) {
      const failure = failureOf(thrown);
      // An error that is none of ours comes from SQLite: a disk that is full, unreadable or gone.
      if (failure.code === 'internal' && 'errcode' in (thrown as object)) {
        this.#break(thrown);
        return this.#unavailable();
      }
      return { failure };
    }
  }

  #break(thrown: unknown): void {
    this.#broken = thrown instanceof Error ? thrown.message : String(thrown);
  }

  #unavailable(): { readonly failure: WireFailure } {
    return { failure: { code: 'store-unavailable', message: `the store failed: ${this.#broken}` } };
  }
}

/** Errors of the database itself (a page that is damaged, a disk that cannot be read) do not say which file they are about. */
function openFailure(thrown: unknown): WireFailure {
  const failure = failureOf(thrown);
  const isDatabase = failure.code === 'internal' && typeof thrown === 'object' && thrown !== null && 'errcode' in thrown;
  return isDatabase ? { code: 'store-unavailable', message: `trail.db or keys.db: ${failure.message}` } : failure;
}

function serve(): void {
  const port = parentPort!;
  try {
    const service = new Service(workerData as OpenOptions);
    port.on('message', (batch: Batch) => {
      port.postMessage(service.handle(batch));
      if (batch.close) port.close();
    });
    port.postMessage({ commits: [], calls: [] } satisfies Reply);
  } catch (thrown) {
    port.postMessage({ commits: [], calls: [{ failure: openFailure(thrown) }] } satisfies Reply);
    port.close();
  }
}

serve();
