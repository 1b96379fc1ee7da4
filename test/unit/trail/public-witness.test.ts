/** A public witness of a log: cosigns beside the peer, sees no entry, and stops nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { CausewayError } from '../../../src/errors.ts';
import { openCheckpoint } from '../../../src/trail/checkpoint.ts';
import { parseWitnessKey } from '../../../src/trail/cosignature.ts';
import { ed25519Signer, ed25519Verifier } from '../../../src/trail/note.ts';
import { extract } from '../../../src/trail/extract.ts';
import { PublicWitness } from '../../../src/trail/public-witness.ts';
import { Publisher } from '../../../src/trail/publisher.ts';
import type { Published, WitnessReply } from '../../../src/trail/publisher.ts';
import { PUBLIC_WITNESS, PublicWitnessServer } from '../../support/public-witness.ts';
import { LINK, LOCAL_ORIGIN, NOW, ORIGIN, entryOf, newId, testKey, testTrail } from '../../support/trail.ts';

async function witnessed(t: TestContext, { interfere = (reply: WitnessReply) => reply, before = async () => {}, every = 0, knows = [ORIGIN, LOCAL_ORIGIN] } = {}) {
  const log = testKey();
  const verifier = (origin: string) => ed25519Verifier(origin, log.publicKey);
  const { folder, store, mirror } = await testTrail(t);
  const server = new PublicWitnessServer((origin) => (knows.includes(origin) ? verifier(origin) : undefined));
  const reports: (CausewayError | undefined)[] = [];
  const { verifier: public_ } = parseWitnessKey(server.verifierKey);
  const clock = { now: () => NOW, monotonic: () => elapsed };
  let elapsed = 0;
  const make = () => new PublicWitness({
    verifier: public_, every, store, reader: mirror, clock, report: (error) => reports.push(error),
    ask: async (body) => {
      await before();
      const [status, answer] = server.down ? [503, ''] : await server.answer(body);
      return interfere({ status, body: answer });
    },
  });
  let witness = make();
  /** A checkpoint of a log that has grown, of which the witness is told. */
  const publish = async (entries: number, name = LINK) => {
    for (let at = 0; at < entries; at++) await store.commit({ entries: [{ log: name, entry: entryOf(newId()) }] });
    const published = async (checkpoint: Published) => witness.published(name, checkpoint);
    await new Publisher({ store, reader: mirror, log: name, signer: (origin) => ed25519Signer(origin, log), verifier, published }).tick(NOW);
  };
  const kept = async (origin = ORIGIN) => {
    const note = await store.publiclyWitnessed(origin);
    return note === undefined ? undefined : openCheckpoint(note, verifier(origin), [public_]);
  };
  /** The size that is cosigned once the witness was asked. */
  const cosigned = async (origin = ORIGIN) => {
    await witness.tick();
    const opened = await kept(origin);
    if (opened !== undefined) assert.deepEqual(opened.cosigned, [PUBLIC_WITNESS]);
    return opened?.head.size;
  };
  return { folder, server, store, reports, publish, kept, cosigned, witness: () => witness, restart: () => (witness = make()), later: (ms: number) => (elapsed += ms) };
}

test('a checkpoint gets its cosignature, which is kept with the others; no entry leaves', async (t) => {
  const { server, publish, cosigned, kept, reports } = await witnessed(t);
  for (const [entries, size] of [[3, 3], [4, 7], [300, 307]] as const) {
    await publish(entries);
    assert.equal(await cosigned(), size);
  }
  assert.equal((await kept())!.note.signatures.length, 2);
  assert.deepEqual(reports, []);
  for (const body of server.seen) assert.match(body, /^old \d+\n(?:[A-Za-z0-9+/]{43}=\n)*\nfi\.example\/trail\/ee-fi\/2026h1\n\d+\n[A-Za-z0-9+/]{43}=\n\n— fi\.example\/trail\/ee-fi\/2026h1 \S+\n$/, 'a checkpoint under the log\'s own signature, and a proof');
});

test('nothing is offered twice, and no shard more often than was agreed; then it is the latest that is', async (t) => {
  const { server, publish, cosigned, later } = await witnessed(t, { every: 60_000 });
  await publish(2);
  assert.deepEqual([await cosigned(), await cosigned(), server.seen.length], [2, 2, 1]);
  await publish(1);
  await publish(1);
  later(59_999);
  assert.deepEqual([await cosigned(), server.seen.length], [2, 1]);
  later(1);
  assert.deepEqual([await cosigned(), server.seen.length], [4, 2]);
});

test('while it is asked the log goes on: what it cosigned is kept beside the latest note, and what came meanwhile is offered next', async (t) => {
  let meanwhile = async (): Promise<void> => {};
  const { store, publish, cosigned } = await witnessed(t, { before: () => meanwhile() });
  meanwhile = async () => {
    meanwhile = async () => {};
    await publish(2);
    await publish(1, 'local');
  };
  await publish(3);
  assert.equal(await cosigned(), 3);
  assert.match((await store.checkpoint(ORIGIN))!, /^\S+\n5\n/);
  assert.deepEqual([await cosigned(), await cosigned(LOCAL_ORIGIN)], [5, 1]);
});

test('an export proves an entry under the note that it cosigned, and what is above that under the latest', async (t) => {
  const { folder, store, publish, cosigned } = await witnessed(t);
  const prove = (exchange: string) => extract(folder, { exchange }, 1).entries.map(({ proof }) => proof.slice(proof.indexOf('\n\n') + 2));
  const [early, late] = [newId(), newId()];
  await store.commit({ entries: [{ log: LINK, entry: entryOf(early) }] });
  await publish(2);
  await cosigned();
  await store.commit({ entries: [{ log: LINK, entry: entryOf(late) }] });
  await publish(2);
  assert.deepEqual([prove(early), prove(late)], [[await store.publiclyWitnessed(ORIGIN)], [await store.checkpoint(ORIGIN)]]);
});

test('a shard that it does not cosign shows, whatever it says of the others', async (t) => {
  const { publish, cosigned, witness, reports } = await witnessed(t, { knows: [ORIGIN] });
  await publish(2);
  await publish(1, 'local');
  for (let asked = 1; asked < 3; asked += 1) assert.deepEqual([await cosigned(), witness().failing, reports.length], [2, true, asked]);
  assert.ok(reports.every((error) => error?.code === 'service-refused'));
});

test('after a start it goes on from what the witness says that it cosigned', async (t) => {
  const { publish, cosigned, restart, server } = await witnessed(t);
  await publish(5);
  await cosigned();
  restart();
  await publish(6);
  assert.equal(await cosigned(), 11);
  assert.deepEqual(server.seen.map((body) => body.split('\n', 1)[0]), ['old 0', 'old 0', 'old 5']);
});

test('a witness that is down is reported, and everything is published without it; it is offered the same again', async (t) => {
  const { server, publish, cosigned, reports, witness } = await witnessed(t);
  server.down = true;
  await publish(2);
  assert.deepEqual([await cosigned(), witness().failing, reports[0]?.code], [undefined, true, 'service-refused']);
  server.down = false;
  assert.deepEqual([await cosigned(), witness().failing, reports.at(-1)], [2, false, undefined]);
});

for (const [title, interfere, code] of [
  ['a cosignature of another key', (reply: WitnessReply) => ({ ...reply, body: reply.body.replace(/ (\S+)\n/, ` ${Buffer.alloc(76, 7).toString('base64')}\n`) }), 'signature-invalid'],
  ['the cosignature of another checkpoint', (reply: WitnessReply) => ({ ...reply, body: reply.body.replace(/[A-Za-z0-9+/]{8}(..==\n)/, 'AAAAAAAA$1') }), 'signature-invalid'],
  ['no signature line', () => ({ status: 200, body: 'ok\n' }), 'malformed'],
  ['that the proof does not hold', () => ({ status: 422, body: '' }), 'trail-broken'],
  ['that it has cosigned more than there is', () => ({ status: 409, body: '999\n' }), 'trail-broken'],
  ['that it has cosigned another log of that size', () => ({ status: 409, body: '0\n' }), 'trail-broken'],
  ['that it does not know the log', () => ({ status: 404, body: '' }), 'service-refused'],
] as const) {
  test(`a witness that answers ${title} is not believed, and stops nothing`, async (t) => {
    const { store, publish, cosigned, reports } = await witnessed(t, { interfere });
    await publish(3);
    assert.equal(await cosigned(), undefined);
    await publish(1);
    assert.equal(await cosigned(), undefined);
    assert.match((await store.checkpoint(ORIGIN))!, /^\S+\n4\n/);
    assert.ok(reports.length === 2 && reports.every((error) => error?.code === code), reports.map(String).join());
  });
}

test('a verifier key with another id, or of another kind, is refused', () => {
  const { verifierKey } = new PublicWitnessServer(() => undefined);
  const [name, id, key] = [verifierKey.split('+', 1)[0], verifierKey.split('+')[1], verifierKey.split('+').slice(2).join('+')];
  assert.throws(() => parseWitnessKey(`${name}+00000000+${key}`), { code: 'config-invalid' });
  assert.throws(() => parseWitnessKey(`${name}+${id}+${Buffer.alloc(33, 1).toString('base64')}`), { code: 'config-invalid' });
});
