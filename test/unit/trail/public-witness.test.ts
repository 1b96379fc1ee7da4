/** A public witness of a log: cosigns beside the peer, sees no entry, and stops nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { CausewayError } from '../../../src/errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { openCheckpoint } from '../../../src/trail/checkpoint.ts';
import { parseWitnessKey } from '../../../src/trail/cosignature.ts';
import { ed25519Signer, ed25519Verifier } from '../../../src/trail/note.ts';
import { PublicWitness } from '../../../src/trail/public-witness.ts';
import { Publisher } from '../../../src/trail/publisher.ts';
import type { WitnessReply } from '../../../src/trail/publisher.ts';
import { PublicWitnessServer } from '../../support/public-witness.ts';
import { LINK, NOW, ORIGIN, append, testKey, testTrail } from '../../support/trail.ts';

async function witnessed(t: TestContext, interfere?: (reply: WitnessReply) => WitnessReply) {
  const log = testKey();
  const verifier = (origin: string) => ed25519Verifier(origin, log.publicKey);
  const { store, mirror } = await testTrail(t);
  const server = new PublicWitnessServer((origin) => (origin === ORIGIN ? verifier(ORIGIN) : undefined));
  const reports: (CausewayError | undefined)[] = [];
  const { verifier: public_ } = parseWitnessKey(server.verifierKey);
  const make = () => new PublicWitness({
    verifier: public_, every: 0, store, reader: mirror, clock: systemClock(), report: (error) => reports.push(error),
    ask: async (body) => {
      const [status, answer] = server.down ? [503, ''] : await server.answer(body);
      return (interfere ?? ((reply) => reply))({ status, body: answer });
    },
  });
  let witness = make();
  let now = NOW;
  const publish = async (entries: number) => {
    await append(store, entries);
    const publisher = new Publisher({ store, reader: mirror, log: LINK, signer: (origin) => ed25519Signer(origin, log), verifier, published: async (published) => witness.published(LINK, published) });
    await publisher.tick((now += 1000));
    await witness.close();
    return openCheckpoint((await store.checkpoint(ORIGIN))!, verifier(ORIGIN), [public_]);
  };
  return { server, reports, publish, witness: () => witness, restart: () => (witness = make()) };
}

test('each checkpoint gets its cosignature, which is kept beside the others; no entry leaves', async (t) => {
  const { server, publish, reports } = await witnessed(t);
  for (const size of [3, 4, 300]) assert.deepEqual((await publish(size)).cosigned, ['witness.example/public']);
  assert.equal((await publish(1)).note.signatures.length, 2);
  assert.deepEqual(reports, []);
  for (const body of server.seen) assert.match(body, /^old \d+\n(?:[A-Za-z0-9+/]{43}=\n)*\nfi\.example\/trail\/ee-fi\/2026h1\n\d+\n[A-Za-z0-9+/]{43}=\n\n— fi\.example\/trail\/ee-fi\/2026h1 \S+\n$/, 'a checkpoint under the log\'s own signature, and a proof');
});

test('after a start it goes on from what the witness says that it cosigned', async (t) => {
  const { publish, restart, server } = await witnessed(t);
  await publish(5);
  restart();
  assert.deepEqual((await publish(6)).cosigned, ['witness.example/public']);
  assert.deepEqual(server.seen.map((body) => body.split('\n', 1)[0]), ['old 0', 'old 0', 'old 5']);
});

test('a witness that is down is reported, and everything is published without it; it catches up', async (t) => {
  const { server, publish, reports, witness } = await witnessed(t);
  server.down = true;
  assert.deepEqual([(await publish(2)).cosigned, witness().failing, reports[0]?.code], [[], true, 'service-refused']);
  server.down = false;
  assert.deepEqual([(await publish(2)).cosigned, witness().failing, reports.at(-1)], [['witness.example/public'], false, undefined]);
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
    const { publish, reports } = await witnessed(t, interfere);
    assert.deepEqual([(await publish(3)).cosigned, (await publish(1)).head.size], [[], 4]);
    assert.ok(reports.length === 2 && reports.every((error) => error?.code === code), reports.map(String).join());
  });
}

test('a verifier key with another id, or of another kind, is refused', () => {
  const { verifierKey } = new PublicWitnessServer(() => undefined);
  const [name, id, key] = [verifierKey.split('+', 1)[0], verifierKey.split('+')[1], verifierKey.split('+').slice(2).join('+')];
  assert.throws(() => parseWitnessKey(`${name}+00000000+${key}`), { code: 'config-invalid' });
  assert.throws(() => parseWitnessKey(`${name}+${id}+${Buffer.alloc(33, 1).toString('base64')}`), { code: 'config-invalid' });
});
