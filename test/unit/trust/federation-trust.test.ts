/** A gateway of Estonia that believes Finland's by its chain, while time passes and things are withdrawn, renewed and blocked. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { anchorIssue, anchorNotices, anchorRenew, anchorWithdraw } from '../../../src/trust/anchor-work.ts';
import { FederationTrust } from '../../../src/trust/federation-trust.ts';
import type { TrustEvent } from '../../../src/trust/federation-trust.ts';
import { anchorsKept } from '../../../src/trust/trust-state.ts';
import type { PeerTrust } from '../../../src/trust/peer-trust.ts';
import { ENTITY, ENVIRONMENT, configurationOf, makeAnchors } from '../../support/anchors.ts';
import type { Anchors } from '../../support/anchors.ts';
import { refuses } from '../../support/refused.ts';

const START = Date.parse('2026-06-15T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const made: Anchors[] = [];

interface Setting {
  readonly anchors: Anchors;
  readonly events: TrustEvent[];
  readonly peer: PeerTrust;
  readonly trust: FederationTrust;
  now: number;
  /** As after a restart, from what was kept. */
  again(): Promise<FederationTrust>;
}

async function setting(country = 'FI', environment = ENVIRONMENT): Promise<Setting> {
  const anchors = await makeAnchors(START);
  made.push(anchors);
  const events: TrustEvent[] = [];
  const at = { now: START };
  const open = () =>
    FederationTrust.open({
      anchor: anchors.pin,
      places: anchors.places,
      peers: [{ entity: ENTITY.gateway, country, environment }],
      withoutNotices: 4 * HOUR,
      stateFile: join(anchors.root, 'state', 'trust.json'),
      clock: { now: () => at.now, monotonic: () => at.now },
      tell: (event) => events.push(event),
    });
  const trust = await open();
  return Object.assign(at, { anchors, events, trust, peer: trust.peer(ENTITY.gateway), again: open });
}

/** Both anchors' lists, signed at the time of the setting. */
async function notices({ anchors, now }: Setting): Promise<void> {
  for (const folder of [anchors.ee, anchors.fi]) await anchorNotices(folder, now);
}

const refusals = ({ events }: Setting): string[] => events.flatMap((event) => ('error' in event ? [`${event.kind} ${event.error.code}`] : []));

describe('trust by chains', () => {
  after(() => made.forEach(({ remove }) => remove()));

  test('before anything was fetched nothing is believed', async () => {
    const { peer } = await setting();
    await refuses(() => peer.statementKey('x', START, START), 'statement-untrusted');
    await refuses(() => peer.encryptionKey(START), 'peer-unreachable');
    assert.deepEqual(peer.tlsPins(START), []);
  });

  test("a verified chain gives the peer's keys, and its digest stands for it", async () => {
    const at = await setting();
    await at.trust.refresh();
    const { statement, encryption, tls } = at.anchors.gateway;
    assert.equal(at.peer.statementKey(statement.jwk.kid, START, START).kid, statement.jwk.kid);
    assert.equal(at.peer.encryptionKey(START).kid, encryption.jwk.kid);
    assert.deepEqual(at.peer.tlsPins(START), [tls.pin]);
    assert.match(at.peer.chain, /^[A-Za-z0-9_-]{43}$/);
    assert.deepEqual(at.trust.status(START), [{ peer: ENTITY.gateway, usable: true, noticesInTime: true, expires: START + 24 * HOUR }]);
    assert.deepEqual(refusals(at), []);
  });

  test('what is kept says until when the anchors last, which people renew', async () => {
    const at = await setting();
    await at.trust.refresh();
    const until = START + 365 * 24 * HOUR;
    assert.deepEqual(anchorsKept(join(at.anchors.root, 'state', 'trust.json')), [{ entity: ENTITY.fi, until }, { entity: ENTITY.ee, until }]);
  });

  test('a key of the peer that signs one kind does not sign another', async () => {
    const at = await setting();
    await at.trust.refresh();
    const { entityKey, encryption } = at.anchors.gateway;
    for (const { jwk } of [entityKey, encryption]) await refuses(() => at.peer.statementKey(jwk.kid, START, START), 'statement-untrusted');
  });

  test('a gateway of another country, or of another environment, is not the peer of the link', async () => {
    for (const at of [await setting('LV'), await setting('FI', 'production')]) {
      await at.trust.refresh();
      assert.deepEqual(refusals(at), ['chain-refused chain-untrusted']);
      assert.deepEqual(at.peer.tlsPins(START), []);
    }
  });

  test('a peer that is withdrawn is refused at the next look, at home or abroad', async () => {
    for (const side of ['ee', 'fi'] as const) {
      const at = await setting();
      await at.trust.refresh();
      at.now += MINUTE;
      await anchorWithdraw({ folder: at.anchors[side], entity: ENTITY.gateway, reason: 'compromised' }, at.now);
      await at.trust.refresh();
      const { statement } = at.anchors.gateway;
      assert.deepEqual(at.peer.tlsPins(at.now), [], side);
      await refuses(() => at.peer.statementKey(statement.jwk.kid, START, at.now), 'statement-untrusted');
      await refuses(() => at.peer.encryptionKey(at.now), 'peer-unreachable');
      assert.equal(at.trust.status(at.now)[0]?.usable, false);
    }
  });

  test('withdrawing the anchor abroad ends trust in every gateway that it states', async () => {
    const at = await setting();
    await at.trust.refresh();
    await anchorWithdraw({ folder: at.anchors.ee, entity: ENTITY.fi, reason: 'no agreement' }, START);
    await at.trust.refresh();
    assert.deepEqual(at.peer.tlsPins(START), []);
  });

  for (const role of ['statement', 'encryption', 'tls'] as const) {
    test(`a compromised ${role} key is refused at the next look, and its replacement is usable at once`, async () => {
      const at = await setting();
      const { gateway, fi } = at.anchors;
      await at.trust.refresh();
      const old = role === 'tls' ? gateway.tls.pin : gateway[role].jwk.kid;
      await anchorWithdraw({ folder: fi, entity: ENTITY.gateway, key: old, reason: 'compromised' }, START);
      await at.trust.refresh();
      const refused = { statement: () => at.peer.statementKey(old, START, START), encryption: () => at.peer.encryptionKey(START), tls: () => at.peer.tlsPins(START).includes(old) || assert.fail('refused') };
      assert.throws(refused[role]);
      gateway.renew(role);
      at.now += MINUTE;
      await gateway.publish(at.now);
      await at.trust.refresh();
      const fresh = { statement: () => at.peer.statementKey(gateway.statement.jwk.kid, at.now, at.now).kid, encryption: () => at.peer.encryptionKey(at.now).kid, tls: () => at.peer.tlsPins(at.now).join() };
      assert.equal(fresh[role](), role === 'tls' ? gateway.tls.pin : gateway[role].jwk.kid);
    });
  }

  test("a withdrawn online key of an anchor ends what it signed; statements of the next one are believed", async () => {
    const at = await setting();
    await at.trust.refresh();
    const { issuers } = JSON.parse(readFileSync(join(at.anchors.fi, 'register.json'), 'utf8')) as { issuers: { jwk: { kid: string } }[] };
    await anchorWithdraw({ folder: at.anchors.ee, entity: ENTITY.fi, key: issuers[0]?.jwk.kid ?? '', reason: 'compromised' }, START);
    await at.trust.refresh();
    assert.deepEqual(at.peer.tlsPins(START), []);
  });

  test('a chain is fetched again at half of its life, not before, and its new keys are used', async () => {
    const at = await setting();
    const { gateway } = at.anchors;
    await at.trust.refresh();
    const before = gateway.statement.jwk.kid;
    gateway.renew('statement');
    await gateway.publish(START + MINUTE);
    at.now = START + 12 * HOUR - MINUTE;
    await notices(at);
    await at.trust.refresh();
    assert.equal(at.peer.statementKey(before, START, at.now).kid, before);
    at.now = START + 12 * HOUR;
    await at.trust.refresh();
    assert.equal(at.peer.statementKey(gateway.statement.jwk.kid, START, at.now).kid, gateway.statement.jwk.kid);
    await refuses(() => at.peer.statementKey(before, START, at.now), 'statement-untrusted');
  });

  test('while the chain cannot be fetched the last good one goes on for as long as it is valid, also after a restart', async () => {
    const at = await setting();
    await at.trust.refresh();
    renameSync(at.anchors.gateway.file, `${at.anchors.gateway.file}.away`);
    at.now = START + 24 * HOUR - 1;
    await notices(at);
    await at.trust.refresh();
    assert.deepEqual(refusals(at), ['chain-refused service-unreachable']);
    assert.equal(at.peer.tlsPins(at.now).length, 1);
    const restarted = await at.again();
    assert.equal(restarted.peer(ENTITY.gateway).tlsPins(at.now).length, 1);
    at.now += 1;
    assert.deepEqual(at.peer.tlsPins(at.now), []);
    assert.deepEqual((await at.again()).peer(ENTITY.gateway).tlsPins(at.now), []);
  });

  test('a notice list that is blocked is noticed at once, and after the time that the operators declared the peer is refused', async () => {
    const at = await setting();
    await at.trust.refresh();
    at.now = START + 15 * MINUTE;
    await at.trust.refresh();
    assert.deepEqual([...new Set(refusals(at))], ['notices-refused chain-expired']);
    assert.deepEqual(at.trust.status(at.now).map(({ usable, noticesInTime }) => ({ usable, noticesInTime })), [{ usable: true, noticesInTime: false }]);
    assert.equal(at.trust.status(START + 15 * MINUTE + 4 * HOUR)[0]?.usable, false);
    await notices(at);
    await at.trust.refresh();
    assert.equal(at.trust.status(at.now)[0]?.noticesInTime, true);
  });

  test('without a first notice list nothing is believed', async () => {
    const at = await setting();
    rmSync(join(at.anchors.fi, 'public', 'federation', 'notices'));
    await at.trust.refresh();
    assert.deepEqual(at.peer.tlsPins(START), []);
  });

  test('an old notice list is refused, also after a restart: numbers never go down', async () => {
    const at = await setting();
    await at.trust.refresh();
    const file = join(at.anchors.fi, 'public', 'federation', 'notices');
    copyFileSync(file, `${file}.old`);
    await anchorWithdraw({ folder: at.anchors.fi, entity: ENTITY.gateway, reason: 'compromised' }, START);
    await at.trust.refresh();
    copyFileSync(`${file}.old`, file);
    await at.trust.refresh();
    assert.ok(refusals(at).includes('notices-refused chain-untrusted'), refusals(at).join());
    const restarted = await at.again();
    await restarted.refresh();
    for (const trust of [at.trust, restarted]) assert.deepEqual(trust.peer(ENTITY.gateway).tlsPins(START), []);
  });

  test('an old configuration of the peer, still valid, is refused: it would bring back keys that were taken away', async () => {
    const at = await setting();
    const { gateway } = at.anchors;
    copyFileSync(gateway.file, `${gateway.file}.old`);
    gateway.renew('statement');
    at.now += 13 * HOUR;
    await gateway.publish(at.now);
    await notices(at);
    await at.trust.refresh();
    copyFileSync(`${gateway.file}.old`, gateway.file);
    at.now += MINUTE;
    // A notice about somebody in the chain makes the gateway look again.
    await anchorWithdraw({ folder: at.anchors.fi, entity: ENTITY.gateway, key: 'another', reason: 'lost' }, at.now);
    for (const trust of [at.trust, await at.again()]) {
      at.events.length = 0;
      await trust.refresh();
      await trust.refresh();
      assert.ok(refusals(at).includes('chain-refused chain-untrusted'), refusals(at).join());
      assert.equal(trust.peer(ENTITY.gateway).statementKey(gateway.statement.jwk.kid, at.now, at.now).kid, gateway.statement.jwk.kid);
    }
  });

  test('notices signed by a key that the chain does not vouch for, or of another anchor, are refused', async () => {
    const at = await setting();
    await at.trust.refresh();
    copyFileSync(join(at.anchors.ee, 'public', 'federation', 'notices'), join(at.anchors.fi, 'public', 'federation', 'notices'));
    await at.trust.refresh();
    assert.deepEqual(refusals(at), ['notices-refused chain-untrusted']);
  });

  test('what a renewed anchor signs goes on where the old statements end', async () => {
    const at = await setting();
    const { ee, fi, gateway } = at.anchors;
    await at.trust.refresh();
    at.now = START + 13 * 24 * HOUR;
    await gateway.publish(at.now);
    for (const folder of [ee, fi]) await anchorRenew(folder, undefined, at.now);
    await at.trust.refresh();
    assert.equal(at.trust.status(at.now)[0]?.expires, at.now + 24 * HOUR);
    await anchorIssue({ folder: ee, file: configurationOf(fi), kind: 'anchor', names: ['.fi.example'] }, at.now);
    await at.trust.refresh();
    assert.equal(at.trust.status(at.now)[0]?.usable, true);
  });
});
